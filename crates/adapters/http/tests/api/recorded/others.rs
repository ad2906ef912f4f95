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
const DIFFERENCES: Differences = &[
    ("reuses", 26, ENGLISH),
    ("reuses", 33, FEEDS),
    ("reuses", 50, NOT_FEATURED),
    ("reuses", 78, SEARCH),
    ("reuses", 79, SEARCH),
    ("reuses", 80, SEARCH),
    ("reuses", 82, SEARCH),
    ("reuses", 113, ONCE),
    ("reuses", 121, CREATION),
    ("reuses", 122, ORGANIZATION_WINS),
    ("reuses", 148, COUNTED),
    ("reuses", 149, COUNTED),
    ("reuses", 167, ONCE),
    ("reuses", 168, PRIVATE),
    ("reuses", 170, COUNTED),
    ("reuses", 200, COUNTED),
    ("reuses", 205, NOT_A_FAULT),
    ("reuses", 210, OTHER_METHODS),
    ("reuses", 219, NOT_A_FAULT),
    ("reuses", 224, OTHER_METHODS),
    ("reuses", 226, PRIVATE),
    ("reuses", 227, PRIVATE),
    ("reuses", 230, PRIVATE),
    ("reuses", 231, PRIVATE),
    ("reuses", 232, PRIVATE),
    ("reuses", 234, PRIVATE),
    ("reuses", 253, ALLOW),
    ("reuses", 261, PRIVATE),
    ("reuses", 262, PRIVATE),
    ("reuses", 264, DELETED),
    ("reuses", 265, DELETED),
    ("reuses", 266, PRIVATE),
    ("reuses", 267, ORGANIZATION_WINS),
    ("reuses", 268, PRIVATE),
    ("reuses", 270, PRIVATE),
    ("reuses", 271, PRIVATE),
    ("reuses", 274, ORGANIZATION_WINS),
    ("dataservices", 28, NOT_FEATURED),
    ("dataservices", 45, FEEDS),
    ("dataservices", 47, FEEDS),
    ("dataservices", 50, OTHER_METHODS),
    ("dataservices", 51, SEARCH),
    ("dataservices", 52, SEARCH),
    ("dataservices", 69, CREATION),
    ("dataservices", 106, CHOICES),
    ("dataservices", 187, NO_STOP),
    ("dataservices", 204, GONE_SENTENCE),
    ("dataservices", 208, GONE_SENTENCE),
    ("dataservices", 211, FEEDS),
    ("dataservices", 215, NEWEST),
    ("contacts", 1, ENGLISH),
    ("contacts", 2, OTHER_METHODS),
    ("contacts", 18, NOT_A_FAULT),
    ("contacts", 21, NOT_A_FAULT),
    ("contacts", 24, NOT_A_FAULT),
    ("contacts", 40, ITSELF),
    ("access_type", 1, ENGLISH),
    ("spatial", 1, ENGLISH),
    ("spatial", 3, ENGLISH),
    ("posts", 26, FEEDS),
    ("posts", 27, SEARCH),
    ("posts", 73, COUNTED),
    ("posts", 75, COUNTED),
    ("posts", 76, COUNTED),
    ("posts", 77, COUNTED),
    ("posts", 78, COUNTED),
    ("posts", 79, COUNTED),
    ("posts", 80, COUNTED),
    ("posts", 81, COUNTED),
    ("posts", 82, COUNTED),
    ("posts", 87, COUNTED),
    ("posts", 88, COUNTED),
    ("posts", 89, COUNTED),
    ("posts", 90, COUNTED),
    ("posts", 91, COUNTED),
    ("posts", 102, COUNTED),
    ("posts", 103, COUNTED),
    ("posts", 104, PRIVATE),
    ("posts", 105, PRIVATE),
    ("posts", 108, COUNTED),
    ("topics", 10, NOT_A_FAULT),
    ("topics", 11, NOT_A_FAULT),
    ("topics", 12, NOT_A_FAULT),
    ("topics", 31, SEARCH),
    ("topics", 41, TITLES),
    ("topics", 45, NOT_A_FAULT),
    ("topics", 46, NOT_A_FAULT),
    ("topics", 73, NOT_A_FAULT),
    ("topics", 79, NOTHING_SAVED),
    ("topics", 85, PRIVATE),
    ("topics", 86, NOTHING_SAVED),
    ("topics", 87, NOTHING_SAVED),
    ("topics", 94, FORBIDDEN),
    ("topics", 118, ONE_OWNER),
    ("topics", 119, ONE_OWNER),
    ("topics", 120, PRIVATE),
    ("topics", 121, ONE_OWNER),
    ("topics", 122, FORBIDDEN),
    ("topics", 130, FORBIDDEN),
    ("topics", 149, NOT_A_FAULT),
    ("topics", 159, OTHER_METHODS),
    ("topics", 161, FORBIDDEN),
    ("topics", 175, NO_ID),
    ("topics", 179, FORBIDDEN),
    ("topics", 184, FORBIDDEN),
    ("topics", 189, FORBIDDEN),
    ("organizations", 0, DELETED),
    ("organizations", 1, LATER),
    ("organizations", 2, DELETED),
    ("organizations", 3, LATER),
    ("organizations", 4, DELETED),
    ("organizations", 5, LATER),
    ("organizations", 6, DELETED),
    ("organizations", 7, LATER),
    ("organizations", 9, DATASETS),
    ("organizations", 10, DATASETS),
    ("organizations", 13, LATER),
    ("organizations", 14, DELETED),
    ("me", 5, LATER),
    ("me", 8, PRIVATE),
    ("me", 9, NEWEST),
    ("me", 11, DATASETS),
    ("me", 13, LATER),
    ("me", 15, NOTHING_SAVED),
    ("me", 17, NEWEST),
    ("me", 19, DATASETS),
    ("me", 21, LATER),
    ("me", 23, ONE_OWNER),
    ("me", 25, NEWEST),
    ("me", 27, DATASETS),
    ("me", 29, LATER),
    ("me", 31, ONE_OWNER),
    ("me", 37, LATER),
    ("me", 45, LATER),
    ("me", 46, LATER),
    ("me", 47, NOT_A_FAULT),
    ("site", 0, COUNTED),
    ("site", 1, COUNTED),
    ("site", 5, COUNTED),
    ("site", 7, COUNTED),
    ("site", 8, COUNTED),
    ("site", 12, COUNTED),
    ("site", 14, COUNTED),
    ("site", 16, COUNTED),
    ("site", 18, COUNTED),
    ("site", 19, COUNTED),
    ("site", 20, COUNTED),
    ("site", 21, COUNTED),
    ("site", 22, COUNTED),
    ("site", 30, COUNTED),
    ("site", 39, COUNTED),
    ("site", 40, COUNTED),
    ("site", 43, COUNTED),
    ("site", 46, COUNTED),
    ("site", 53, COUNTED),
    ("site", 54, COUNTED),
    ("site", 59, COUNTED),
    ("site", 62, COUNTED),
    ("blocs", 24, COUNTED),
];

const ALLOW: &str = "`Allow` names the methods of this very path, and 405 is always JSON";
const CHOICES: &str = "choices are told as a client may send them";
const COUNTED: &str = "numbers are exact when they are read";
const CREATION: &str = "the answer to a creation shows what its creator may do";
const DATASETS: &str = "shows what the caller may see, newest first";
const DELETED: &str = "what is deleted is not listed, linked or changed";
const ENGLISH: &str = "labels are English";
const FEEDS: &str = "feeds and RDF";
const FORBIDDEN: &str = "a missing right is told in the same words everywhere";
const GONE_SENTENCE: &str = "what is gone is told in the same words to readers and writers";
const ITSELF: &str = "a contact point does not stand in its own way";
const LATER: &str = "discussions are not served yet";
const NEWEST: &str = "lists for which no order is asked are newest first";
const NOTHING_SAVED: &str = "what is refused is not saved";
const NOT_A_FAULT: &str = "a wrong request is no fault of the server";
const NOT_FEATURED: &str = "what was never shown first is not shown first";
const NO_ID: &str = "a path with what is no id leads nowhere";
const NO_STOP: &str = "the full stop belongs to suggestions that are cut off";
const ONCE: &str = "a tag or a reference stands in a list once";
const ONE_OWNER: &str = "nothing belongs to a user and to an organisation";
const ORGANIZATION_WINS: &str = "of owner and organisation the organisation wins";
const OTHER_METHODS: &str = "a path that has other methods answers 405";
const PRIVATE: &str = "what is private is not shown to those who may not see it";
const SEARCH: &str = "search and suggestions";
const TITLES: &str = "words are looked for in titles";

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
