//! Reuses, dataservices, contact points, places, posts, visualisations, topics, the site and the lists
//! of them: everything of `catalogue-others.requests`, in its order.

use super::{Differences, Replay, seeded};

macro_rules! recorded {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../../../../tests/oracle/recorded/catalogue/", $name, ".json")))
    };
}

const FAMILIES: [(&str, &str); 11] = [
    recorded!("reuses"),
    recorded!("dataservices"),
    recorded!("contacts"),
    recorded!("access_type"),
    recorded!("spatial"),
    recorded!("posts"),
    recorded!("visualizations"),
    recorded!("topics"),
    recorded!("organizations"),
    recorded!("me"),
    recorded!("site"),
];

/// Recorded on a seed of their own.
const PICTURES_AND_BLOCKS: [(&str, &str); 2] = [recorded!("images"), recorded!("blocs")];

/// Entries that we answer otherwise: file, number of the entry from 0, why.
const DIFFERENCES: Differences = &[];

async fn replayed(families: &[(&'static str, &str)]) -> String {
    let app = seeded().await;
    let mut told = String::new();
    let mut names = None;
    for (file, entries) in families {
        let mut replay = Replay::but(file, entries, DIFFERENCES);
        if let Some(names) = names {
            replay.names = names;
        }
        while !replay.is_over() {
            told.push_str(&replay.step(&app).await);
        }
        names = Some(replay.names);
    }
    told
}

#[actix_web::test]
async fn the_catalogue_answers_as_recorded() {
    let told = replayed(&FAMILIES).await;
    assert!(told.is_empty(), "{told}");
}

#[actix_web::test]
async fn pictures_and_blocks_are_answered_as_recorded() {
    let told = replayed(&PICTURES_AND_BLOCKS).await;
    assert!(told.is_empty(), "{told}");
}
