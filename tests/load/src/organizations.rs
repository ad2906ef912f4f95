//! The organisations that the benchmark imports: names and descriptions of a portal, scaled up; the same on each run.
//!
//! Sizes follow data.gouv.fr: a description has 656 characters in the middle and 2,045 at the ninetieth percentile; a few
//! organisations own most datasets, half of them own one or none.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::{Value, json};

use crate::error::BenchError;

/// A name and, where the source has one, a description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Name of the organisation.
    pub name: String,
    /// Text in Markdown; replaced by a composed one when short or empty.
    pub description: String,
}

/// Descriptions below this many characters are a portal's placeholder, and would make the benchmark too easy.
const SHORT: usize = 100;

/// How much to generate.
#[derive(Debug, Clone, Copy)]
pub struct Amount {
    /// Number of organisations.
    pub organizations: usize,
    /// Sum of their `metrics.datasets`.
    pub datasets: usize,
    /// Members of each.
    pub members: usize,
}

/// Reads samples from NDJSON (`.ndjson`, `.ndjson.gz`: `name`, `description`) or from a CSV with a column `name`
/// separated by `;`.
pub fn samples(path: &Path) -> Result<Vec<Sample>, BenchError> {
    let file = File::open(path).map_err(BenchError::path(path))?;
    let name = path.to_string_lossy().into_owned();
    let bad = |problem: String| BenchError::Data { what: name.clone(), problem };
    let plain: Box<dyn Read> =
        if path.extension().is_some_and(|kind| kind == "gz") { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    let mut found = Vec::new();
    if path.extension().is_some_and(|kind| kind == "csv") {
        let mut table = csv::ReaderBuilder::new().delimiter(b';').from_reader(plain);
        let headers = table.headers().map_err(|error| bad(error.to_string()))?.clone();
        let column =
            headers.iter().position(|header| header == "name").ok_or_else(|| bad("no column name".to_owned()))?;
        for row in table.records() {
            let row = row.map_err(|error| bad(error.to_string()))?;
            found.push(Sample { name: row.get(column).unwrap_or_default().to_owned(), description: String::new() });
        }
    } else {
        for line in BufReader::new(plain).lines() {
            let line = line.map_err(BenchError::path(path))?;
            let value: Value = serde_json::from_str(&line).map_err(|error| bad(error.to_string()))?;
            let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            found.push(Sample { name: text("name"), description: text("description") });
        }
    }
    found.retain(|sample| !sample.name.trim().is_empty());
    if found.is_empty() { Err(bad("no organisation in it".to_owned())) } else { Ok(found) }
}

/// Samples made of common words, for when there is no file.
pub fn composed_samples() -> Vec<Sample> {
    let mut found = Vec::with_capacity(KINDS.len() * PLACES.len());
    for place in PLACES {
        for kind in KINDS {
            found.push(Sample { name: format!("{kind} {place}"), description: String::new() });
        }
    }
    found
}

/// Writes one organisation a line, in the shape of the API's answers.
pub fn write_ndjson(path: &Path, samples: &[Sample], amount: Amount) -> Result<(), BenchError> {
    let file = File::create(path).map_err(BenchError::path(path))?;
    let mut out = BufWriter::new(file);
    for organization in organizations(samples, amount) {
        writeln!(out, "{organization}").map_err(BenchError::path(path))?;
    }
    out.flush().map_err(BenchError::path(path))
}

/// The organisations, in the order of the file.
pub fn organizations(samples: &[Sample], amount: Amount) -> impl Iterator<Item = Value> + '_ {
    let mut dice = Dice(42);
    let mut datasets = shares(amount.organizations, amount.datasets);
    for index in (1..datasets.len()).rev() {
        datasets.swap(index, dice.below(index + 1));
    }
    datasets.into_iter().enumerate().filter_map(move |(index, datasets)| {
        let sample = samples.get(index % samples.len().max(1))?;
        Some(organization(index, sample, index / samples.len(), datasets, amount.members, &mut dice))
    })
}

fn organization(
    index: usize,
    sample: &Sample,
    round: usize,
    datasets: usize,
    members: usize,
    dice: &mut Dice,
) -> Value {
    let name = if round == 0 { sample.name.clone() } else { format!("{} ({})", sample.name, round + 1) };
    // The index makes it unique, also where two names differ only by accents.
    let slug = format!("{}-{index}", slug(&name));
    let year = 2013 + dice.below(12);
    let day = format!("{year}-{:02}-{:02}", 1 + dice.below(12), 1 + dice.below(28));
    let time = format!("{:02}:{:02}:{:02}.{:03}000", dice.below(24), dice.below(60), dice.below(60), dice.below(1000));
    let description =
        if sample.description.chars().count() < SHORT { describe(&name, dice) } else { sample.description.clone() };
    let mut badges = Vec::new();
    if dice.below(100) < 40 {
        badges.push(json!({"kind": "public-service"}));
        if dice.below(100) < 75 {
            badges.push(json!({"kind": "certified"}));
        }
    } else if dice.below(100) < 30 {
        badges.push(json!({"kind": "local-authority"}));
    }
    let acronym: String =
        name.split(' ').filter_map(|word| word.chars().next()).filter(char::is_ascii_uppercase).collect();
    let members: Vec<_> = (0..members).map(|place| member(index * members + place, place, dice)).collect();
    json!({
        "id": format!("{:08x}{:016x}", 0x5100_0000 + index, dice.next()),
        "name": name,
        "slug": slug,
        "acronym": if acronym.len() > 1 { Value::from(acronym) } else { Value::Null },
        "description": description,
        "url": if dice.below(3) == 0 { Value::Null } else { Value::from(format!("https://www.{slug}.example.org/")) },
        "badges": badges,
        "metrics": {
            "datasets": datasets,
            "dataservices": dice.below(1 + datasets / 10),
            "reuses": dice.below(1 + datasets / 20),
            "followers": dice.below(2 + datasets / 2),
            "members": members.len(),
            "views": dice.below(10 + datasets * 400),
        },
        "members": members,
        "created_at": format!("{day}T{time}+00:00"),
        "last_modified": format!("{}-{:02}-{:02}T{time}+00:00", 2025, 1 + dice.below(12), 1 + dice.below(28)),
    })
}

fn member(number: usize, place: usize, dice: &mut Dice) -> Value {
    let first = pick(FIRST_NAMES, dice);
    let last = pick(LAST_NAMES, dice);
    json!({
        "role": if place == 0 { "admin" } else { "editor" },
        "user": {
            "id": format!("{:024x}", 0xb000_0000_usize + number),
            "first_name": first,
            "last_name": last,
            "slug": format!("{}-{}-{number}", slug(first), slug(last)),
        },
    })
}

/// Sentences up to a length drawn between the quantiles measured on real answers.
fn describe(name: &str, dice: &mut Dice) -> String {
    const QUANTILES: [(usize, usize); 5] = [(0, 20), (10, 76), (50, 656), (90, 2_045), (100, 4_699)];
    let percent = dice.below(100);
    let length = QUANTILES
        .windows(2)
        .find_map(|pair| match pair {
            [(from, low), (to, high)] if percent < *to => Some(low + (high - low) * (percent - from) / (to - from)),
            _ => None,
        })
        .unwrap_or_default();
    let mut text = format!("{name}.");
    while text.len() < length {
        text.push_str(if dice.below(5) == 0 { "\n\n" } else { " " });
        text.push_str(pick(SENTENCES, dice));
    }
    text
}

/// Divides `total` so that the n-th largest share falls with the power 1.1 of n, as owners of datasets do.
fn shares(count: usize, total: usize) -> Vec<usize> {
    #[expect(clippy::cast_precision_loss, reason = "a few thousand ranks")]
    let weights: Vec<f64> = (0..count).map(|rank| (rank as f64 + 4.0).powf(-1.1)).collect();
    let sum: f64 = weights.iter().sum();
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive and far below 2^52"
    )]
    let mut shares: Vec<usize> = weights.iter().map(|weight| (weight / sum * total as f64) as usize).collect();
    let missing = total.saturating_sub(shares.iter().sum());
    for share in shares.iter_mut().take(missing) {
        *share += 1;
    }
    shares
}

fn slug(name: &str) -> String {
    let plain = deunicode::deunicode(name).to_lowercase();
    let words: Vec<_> =
        plain.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}

fn pick<'a>(from: &[&'a str], dice: &mut Dice) -> &'a str {
    from.get(dice.below(from.len())).copied().unwrap_or_default()
}

/// SplitMix64: small, good enough, and the same on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap_or_default()
    }
}

const KINDS: &[&str] = &[
    "Ville de",
    "Mairie de",
    "Communauté de communes de",
    "Métropole de",
    "Office de tourisme de",
    "Agence d'urbanisme de",
    "Syndicat des eaux de",
    "Centre hospitalier de",
    "Université de",
    "Réseau de transport de",
    "Observatoire de l'environnement de",
    "Direction départementale des territoires de",
];

const PLACES: &[&str] = &[
    "Angers",
    "Arles",
    "Avignon",
    "Besançon",
    "Béziers",
    "Bordeaux",
    "Brest",
    "Caen",
    "Chambéry",
    "Châteauroux",
    "Colmar",
    "Dijon",
    "Dunkerque",
    "Épinal",
    "Évreux",
    "Gap",
    "Grenoble",
    "La Rochelle",
    "Laval",
    "Le Havre",
    "Le Mans",
    "Lille",
    "Limoges",
    "Lorient",
    "Lyon",
    "Mâcon",
    "Marseille",
    "Metz",
    "Montpellier",
    "Mulhouse",
    "Nancy",
    "Nantes",
    "Nevers",
    "Nîmes",
    "Niort",
    "Orléans",
    "Pau",
    "Périgueux",
    "Perpignan",
    "Poitiers",
    "Quimper",
    "Reims",
    "Rennes",
    "Rouen",
    "Saint-Étienne",
    "Strasbourg",
    "Tarbes",
    "Toulon",
    "Toulouse",
    "Tours",
    "Troyes",
    "Valence",
    "Vannes",
    "Vichy",
];

const SENTENCES: &[&str] = &[
    "Elle publie ses données pour que chacun puisse les consulter, les vérifier et les réutiliser.",
    "Les jeux de données sont mis à jour chaque semaine par les services techniques.",
    "Pour toute question sur la qualité des données, écrivez à l'équipe en charge de l'ouverture.",
    "Le territoire compte plusieurs dizaines de communes, rurales pour la plupart.",
    "Les données de mobilité, d'urbanisme et d'environnement sont **les plus demandées**.",
    "Une partie des jeux de données est moissonnée depuis le [portail local](https://data.example.org/).",
    "L'ouverture des données fait l'objet d'une délibération et d'un comité de suivi annuel.",
    "Les fichiers sont proposés en CSV et en GeoJSON, avec leur schéma.",
    "Les réutilisations sont les bienvenues et peuvent être signalées sur cette page.",
    "Les indicateurs sont calculés à partir des registres tenus par l'établissement.",
];

const FIRST_NAMES: &[&str] = &[
    "Alice", "Bastien", "Camille", "Damien", "Élodie", "Farid", "Gaëlle", "Hugo", "Inès", "Jules", "Karim", "Léa",
    "Manon", "Noé", "Océane", "Paul", "Quentin", "Rose", "Samir", "Théo",
];

const LAST_NAMES: &[&str] = &[
    "Bernard",
    "Blanc",
    "Chevalier",
    "Dubois",
    "Durand",
    "Fontaine",
    "Garnier",
    "Girard",
    "Lambert",
    "Lefèvre",
    "Legrand",
    "Marchand",
    "Mercier",
    "Moreau",
    "Perrin",
    "Petit",
    "Renaud",
    "Rousseau",
    "Simon",
    "Vidal",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const AMOUNT: Amount = Amount { organizations: 5_000, datasets: 100_000, members: 3 };

    #[test]
    fn the_same_organizations_come_out_each_time() {
        let samples = composed_samples();
        let small = Amount { organizations: 700, ..AMOUNT };
        assert!(organizations(&samples, small).eq(organizations(&samples, small)));
    }

    #[test]
    fn ids_and_slugs_are_unique_and_datasets_add_up() {
        let samples = composed_samples();
        let all: Vec<_> = organizations(&samples, AMOUNT).collect();
        let distinct = |key: &str| all.iter().map(|org| org[key].as_str().unwrap()).collect::<HashSet<_>>().len();
        assert_eq!((all.len(), distinct("id"), distinct("slug"), distinct("name")), (5_000, 5_000, 5_000, 5_000));
        assert!(
            all.iter()
                .all(|org| org["id"].as_str().unwrap().len() == 24 && org["members"].as_array().unwrap().len() == 3)
        );
        let mut datasets: Vec<_> = all.iter().map(|org| org["metrics"]["datasets"].as_u64().unwrap()).collect();
        datasets.sort_unstable();
        assert_eq!(datasets.iter().sum::<u64>(), 100_000);
        assert!(datasets[2_500] <= 10 && datasets[4_999] > 2_000, "{} {}", datasets[2_500], datasets[4_999]);
    }

    #[test]
    fn descriptions_are_as_long_as_real_ones() {
        let samples = composed_samples();
        let mut lengths: Vec<_> =
            organizations(&samples, AMOUNT).map(|org| org["description"].as_str().unwrap().chars().count()).collect();
        lengths.sort_unstable();
        assert!((500..900).contains(&lengths[2_500]), "{}", lengths[2_500]);
        assert!((1_800..2_400).contains(&lengths[4_500]), "{}", lengths[4_500]);
    }

    #[test]
    fn slugs_are_plain_words() {
        assert_eq!(slug("Mairie d'Épinal (2)"), "mairie-d-epinal-2");
    }
}
