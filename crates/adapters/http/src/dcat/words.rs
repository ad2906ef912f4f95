//! The vocabularies that are spoken.

/// Short names of vocabularies, for readers.
pub(super) const PREFIXES: [(&str, &str); 13] = [
    ("adms", ADMS),
    ("dcat", DCAT),
    ("dcatap", DCATAP),
    ("dct", DCT),
    ("foaf", FOAF),
    ("freq", FREQ),
    ("geodcatap", GEODCATAP),
    ("hydra", HYDRA),
    ("rdfs", RDFS),
    ("skos", SKOS),
    ("spdx", SPDX),
    ("vcard", VCARD),
    ("xsd", XSD),
];

pub(super) const ADMS: &str = "http://www.w3.org/ns/adms#";
pub(super) const DCAT: &str = "http://www.w3.org/ns/dcat#";
pub(super) const DCATAP: &str = "http://data.europa.eu/r5r/";
pub(super) const DCT: &str = "http://purl.org/dc/terms/";
pub(super) const FOAF: &str = "http://xmlns.com/foaf/0.1/";
pub(super) const FREQ: &str = "http://purl.org/cld/freq/";
pub(super) const EU_FREQ: &str = "http://publications.europa.eu/resource/authority/frequency/";
pub(super) const GEODCATAP: &str = "http://data.europa.eu/930/";
pub(super) const HYDRA: &str = "http://www.w3.org/ns/hydra/core#";
pub(super) const RDFS: &str = "http://www.w3.org/2000/01/rdf-schema#";
pub(super) const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
pub(super) const SPDX: &str = "http://spdx.org/rdf/terms#";
pub(super) const VCARD: &str = "http://www.w3.org/2006/vcard/ns#";
pub(super) const XSD: &str = "http://www.w3.org/2001/XMLSchema#";
pub(super) const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";

/// The regulation on high-value datasets.
pub(super) const HIGH_VALUE: &str = "http://data.europa.eu/eli/reg_impl/2023/138/oj";
/// Who may use a dataset.
pub(super) const ACCESS_RIGHT: &str = "http://publications.europa.eu/resource/authority/access-right/";
/// Why a dataset is not open.
pub(super) const LIMITATION: &str =
    "http://inspire.ec.europa.eu/metadata-codelist/LimitationsOnPublicAccess/INSPIRE_Directive_Article13_1";

/// Tags that name a category of high-value datasets. Source: udata 17 as observed.
pub(super) const HIGH_VALUE_CATEGORIES: [(&str, &str); 6] = [
    ("geospatiales", "c_ac64a52d"),
    ("observation-de-la-terre-et-environnement", "c_dd313021"),
    ("meteorologiques", "c_164e0bf5"),
    ("statistiques", "c_e1da4e07"),
    ("entreprises-et-propriete-dentreprises", "c_a9135398"),
    ("mobilite", "c_b79e35eb"),
];

/// Frequencies that the vocabulary of Dublin Core does not have, by their name in that of the EU.
const EU_FREQUENCIES: [(&str, &str); 23] = [
    ("oneMinute", "1MIN"),
    ("fiveMinutes", "5MIN"),
    ("tenMinutes", "10MIN"),
    ("fifteenMinutes", "15MIN"),
    ("thirtyMinutes", "30MIN"),
    ("hourly", "HOURLY"),
    ("bihourly", "BIHOURLY"),
    ("trihourly", "TRIHOURLY"),
    ("twelveHours", "12HRS"),
    ("severalTimesADay", "CONT"),
    ("threeTimesADay", "DAILY_3"),
    ("semidaily", "DAILY_2"),
    ("fiveTimesAWeek", "WEEKLY_5"),
    ("quadrennial", "QUADRENNIAL"),
    ("quinquennial", "QUINQUENNIAL"),
    ("decennial", "DECENNIAL"),
    ("bidecennial", "BIDECENNIAL"),
    ("tridecennial", "TRIDECENNIAL"),
    ("punctual", "AS_NEEDED"),
    ("never", "NEVER"),
    ("notPlanned", "NOT_PLANNED"),
    ("other", "OTHER"),
    ("unknown", "UNKNOWN"),
];

/// The address that stands for a frequency of this stored name; none for one that is not known.
pub(super) fn frequency(stored: &str) -> Option<String> {
    let id = basalt_domain::dataset::frequency::named(stored)?.id;
    let european = EU_FREQUENCIES.iter().find(|(name, _eu)| *name == id);
    Some(european.map_or_else(|| format!("{FREQ}{id}"), |(_name, eu)| format!("{EU_FREQ}{eu}")))
}

/// The letter of the limitation for a reason not to be open, and the limitation in its own words.
/// Source: INSPIRE code list `LimitationsOnPublicAccess`.
pub(super) fn limitation(reason: &str) -> Option<(char, &'static str)> {
    Some(match reason {
        "confidentiality_of_proceedings_of_public_authorities" => (
            'a',
            "Public access to datasets and services would adversely affect the confidentiality of the proceedings of public authorities, where such confidentiality is provided for by law.",
        ),
        "international_relations_public_security_or_national_defence" => (
            'b',
            "Public access to datasets and services would adversely affect international relations, public security or national defence.",
        ),
        "course_of_justice_or_fair_trial" => (
            'c',
            "Public access to datasets and services would adversely affect the course of justice, the ability of any person to receive a fair trial or the ability of a public authority to conduct an enquiry of a criminal or disciplinary nature.",
        ),
        "confidentiality_of_commercial_or_industrial_information" => (
            'd',
            "Public access to datasets and services would adversely affect the confidentiality of commercial or industrial information, where such confidentiality is provided for by national or Community law to protect a legitimate economic interest, including the public interest in maintaining statistical confidentiality and tax secrecy.",
        ),
        "intellectual_property_rights" => {
            ('e', "Public access to datasets and services would adversely affect intellectual property rights.")
        }
        "confidentiality_of_personal_data" => (
            'f',
            "Public access to datasets and services would adversely affect the confidentiality of personal data and/or files relating to a natural person where that person has not consented to the disclosure of the information to the public, where such confidentiality is provided for by national or Community law.",
        ),
        "protection_of_voluntary_information_suppliers" => (
            'g',
            "Public access to datasets and services would adversely affect the interests or protection of any person who supplied the information requested on a voluntary basis without being under, or capable of being put under, a legal obligation to do so, unless that person has consented to the release of the information concerned.",
        ),
        "protection_of_environment" => (
            'h',
            "Public access to datasets and services would adversely affect the protection of the environment to which such information relates, such as the location of rare species.",
        ),
        _ => return None,
    })
}
