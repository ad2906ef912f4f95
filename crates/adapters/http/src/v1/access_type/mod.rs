//! `/api/1/access_type/`: why access can be restricted.

use actix_web::HttpResponse;
use serde_json::{Value, json};

use crate::{Operation, context::Ctx, problem::Problem};

/// Kinds of reasons to restrict access: value, label, definition.
///
/// Source: udata 17, `GET /api/1/access_type/reason_categories/`; the definitions are those of
/// Article 13 of Directive 2007/2/EC (INSPIRE).
const CATEGORIES: [(&str, &str, &str); 8] = [
    (
        "confidentiality_of_proceedings_of_public_authorities",
        "Confidentiality of public authorities proceedings",
        "Public access to datasets and services would adversely affect the confidentiality of the proceedings \
         of public authorities, where such confidentiality is provided for by law.",
    ),
    (
        "international_relations_public_security_or_national_defence",
        "International relations, public security or national defence",
        "Public access to datasets and services would adversely affect international relations, public \
         security or national defence.",
    ),
    (
        "course_of_justice_or_fair_trial",
        "Course of justice",
        "Public access to datasets and services would adversely affect the course of justice, the ability of \
         any person to receive a fair trial or the ability of a public authority to conduct an enquiry of a \
         criminal or disciplinary nature.",
    ),
    (
        "confidentiality_of_commercial_or_industrial_information",
        "Commercial or industrial confidentiality",
        "Public access to datasets and services would adversely affect the confidentiality of commercial or \
         industrial information, where such confidentiality is provided for by national or Community law to \
         protect a legitimate economic interest, including the public interest in maintaining statistical \
         confidentiality and tax secrecy.",
    ),
    (
        "intellectual_property_rights",
        "Intellectual property rights",
        "Public access to datasets and services would adversely affect intellectual property rights.",
    ),
    (
        "confidentiality_of_personal_data",
        "Personal data confidentiality",
        "Public access to datasets and services would adversely affect the confidentiality of personal data \
         and/or files relating to a natural person where that person has not consented to the disclosure of \
         the information to the public, where such confidentiality is provided for by national or Community \
         law.",
    ),
    (
        "protection_of_voluntary_information_suppliers",
        "Protection of voluntary information suppliers",
        "Public access to datasets and services would adversely affect the interests or protection of any \
         person who supplied the information requested on a voluntary basis without being under, or capable \
         of being put under, a legal obligation to do so, unless that person has consented to the release of \
         the information concerned.",
    ),
    (
        "protection_of_environment",
        "Environmental protection",
        "Public access to datasets and services would adversely affect the protection of the environment to \
         which such information relates, such as the location of rare species.",
    ),
];

/// The values alone.
pub const VALUES: [&str; 8] = [
    "confidentiality_of_proceedings_of_public_authorities",
    "international_relations_public_security_or_national_defence",
    "course_of_justice_or_fair_trial",
    "confidentiality_of_commercial_or_industrial_information",
    "intellectual_property_rights",
    "confidentiality_of_personal_data",
    "protection_of_voluntary_information_suppliers",
    "protection_of_environment",
];

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::get("reason_categories", "/api/1/access_type/reason_categories/", categories)
            .answers_plain(200)
            .summary("Lists the kinds of reasons to restrict access"),
    ]
}

async fn categories(ctx: Ctx) -> Result<HttpResponse, Problem> {
    let shown = |(value, label, definition): &(&str, &str, &str)| json!({"definition": definition, "label": label, "value": value});
    ctx.ok_whole(&CATEGORIES.iter().map(shown).collect::<Vec<Value>>())
}
