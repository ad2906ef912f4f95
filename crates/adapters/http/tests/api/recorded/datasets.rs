//! Datasets, resources, community resources and uploads: everything of `catalogue-datasets.requests`, in
//! its order.

use super::{Differences, Replay, seeded};

macro_rules! recorded {
    ($name:literal) => {
        ($name, include_str!(concat!("../../../../../../tests/oracle/recorded/catalogue/", $name, ".json")))
    };
}

const FILES: [(&str, &str); 4] =
    [recorded!("datasets"), recorded!("datasets_v2"), recorded!("dataset_uploads"), recorded!("community_resources")];

/// Entries that we answer otherwise: file, number of the entry from 0, why.
const DIFFERENCES: Differences = &[
    ("datasets", 1, ENGLISH),
    ("datasets", 3, ENGLISH),
    ("datasets", 4, "licences stand in the order of their titles"),
    ("datasets", 6, ENGLISH),
    ("datasets", 11, SEARCH),
    ("datasets", 17, SEARCH),
    ("datasets", 81, LATER),
    ("datasets", 82, LATER),
    ("datasets", 155, "what refers to nothing known narrows to nothing"),
    ("datasets", 168, "what refers to nothing known narrows to nothing"),
    ("datasets", 182, TIES),
    ("datasets", 183, TIES),
    ("datasets", 184, TIES),
    ("datasets", 196, "lists of an organisation show what the caller may see, honour filters, newest first"),
    ("datasets", 197, "lists of an organisation show what the caller may see, honour filters, newest first"),
    ("datasets", 198, "lists of an organisation show what the caller may see, honour filters, newest first"),
    ("datasets", 199, "lists of an organisation show what the caller may see, honour filters, newest first"),
    ("datasets", 200, "lists of an organisation show what the caller may see, honour filters, newest first"),
    ("datasets", 202, "lists of an organisation show what the caller may see, honour filters, newest first"),
    ("datasets", 203, "lists of an organisation show what the caller may see, honour filters, newest first"),
    ("datasets", 204, "lists of an organisation show what the caller may see, honour filters, newest first"),
    ("datasets", 205, "lists of an organisation show what the caller may see, honour filters, newest first"),
    ("datasets", 214, "lists of one's own are newest first, too"),
    ("datasets", 218, "lists of one's own are newest first, too"),
    ("datasets", 222, "lists of one's own are newest first, too"),
    ("datasets", 229, "feeds are no JSON; a test of their own reads them"),
    ("datasets", 230, "feeds are no JSON; a test of their own reads them"),
    ("datasets", 231, "feeds are no JSON; a test of their own reads them"),
    ("datasets", 232, "feeds are no JSON; a test of their own reads them"),
    ("datasets", 240, "null is an empty object"),
    ("datasets", 256, "the field that is no list is named"),
    ("datasets", 257, "the field that is no list is named"),
    ("datasets", 261, "what needs a look at what is stored is judged when all else is right"),
    ("datasets", 265, STORED_ELSEWHERE),
    ("datasets", 268, SLUGLESS),
    ("datasets", 272, CREATION),
    ("datasets", 273, ENGLISH),
    ("datasets", 281, "null is an empty object"),
    ("datasets", 305, "the text that is no date is told"),
    ("datasets", 315, "the text that is no date is told"),
    ("datasets", 319, "the text that is no date is told"),
    ("datasets", 322, "the text that is no date is told"),
    ("datasets", 333, "the summary is made as everywhere"),
    ("datasets", 339, "the summary is made as everywhere"),
    ("datasets", 352, "resources are no part of a change, whatever is sent"),
    ("datasets", 356, "quality is that of what is stored: the licence is gone"),
    ("datasets", 361, "the field that is no list is named"),
    ("datasets", 367, ENGLISH),
    ("datasets", 372, ABSENT),
    ("datasets", 373, ABSENT),
    ("datasets", 376, ABSENT),
    ("datasets", 377, ABSENT),
    ("datasets", 379, ABSENT),
    ("datasets", 381, ABSENT),
    ("datasets", 382, SLUGLESS),
    ("datasets", 383, ABSENT),
    ("datasets", 385, ABSENT),
    ("datasets", 408, "the summary is made as everywhere"),
    ("datasets", 413, ALLOW),
    ("datasets", 457, "an analyser that is not set is no fault of ours: 400"),
    ("datasets", 470, REPLACED),
    ("datasets", 510, REPLACED),
    ("datasets", 514, ABSENT),
    ("datasets", 516, "what is restored counts again"),
    ("datasets_v2", 8, LATER),
    ("datasets_v2", 47, "what a licence has none of is an empty list, and the replay is later"),
    ("datasets_v2", 65, "a full stop less"),
    ("datasets_v2", 66, SEARCH),
    ("datasets_v2", 67, SEARCH),
    ("datasets_v2", 68, SEARCH),
    ("datasets_v2", 70, SEARCH),
    ("datasets_v2", 71, SEARCH),
    ("datasets_v2", 72, SEARCH),
    ("datasets_v2", 73, "redirects keep the query"),
    ("datasets_v2", 113, REPLACED),
    ("dataset_uploads", 18, REPLACED),
    ("dataset_uploads", 29, "a missing part is told, not a fault"),
    ("community_resources", 16, "a failed check has its message"),
    ("community_resources", 18, "a failed check has its message"),
    ("community_resources", 22, "a failed check has its message"),
    ("community_resources", 36, PRIVATE),
    ("community_resources", 42, PRIVATE),
    ("community_resources", 46, PRIVATE),
    ("community_resources", 49, PRIVATE),
    ("community_resources", 51, PRIVATE),
    ("community_resources", 52, PRIVATE),
    ("community_resources", 53, PRIVATE),
    ("community_resources", 54, PRIVATE),
    ("community_resources", 55, PRIVATE),
    ("community_resources", 85, REPLACED),
];

const ABSENT: &str = "absent tags and days stay as they are";
const ALLOW: &str = "a path that has other methods answers 405";
const CREATION: &str = "the answer to a creation shows what its editor may do";
const ENGLISH: &str = "labels and sentences are English";
const LATER: &str = "the replay is months later, and an update is due";
const PRIVATE: &str = "a private dataset is not there for others, who can add nothing to it";
const REPLACED: &str = "a file replaces no resource that is stored elsewhere";
const SEARCH: &str = "search and suggestions are tested with the index";
const SLUGLESS: &str = "a title without letters has its id for a slug";
const STORED_ELSEWHERE: &str = "a resource that comes with a new dataset is stored elsewhere";
const TIES: &str = "of those who are equal the newest is first";

#[actix_web::test]
async fn datasets_answer_as_recorded() {
    let app = seeded().await;
    let mut replays: Vec<Replay> =
        FILES.iter().map(|(file, entries)| Replay::but(file, entries, DIFFERENCES)).collect();
    let mut told = String::new();
    // The list was asked as a whole: each entry has its number in it.
    while let Some(at) = (0..replays.len())
        .filter(|at| !replays[*at].is_over())
        .min_by_key(|at| replays[*at].entries[replays[*at].next]["number"].as_u64())
    {
        told.push_str(&replays[at].step(&app).await);
        let names = replays[at].names.clone();
        for replay in &mut replays {
            replay.names.clone_from(&names);
        }
    }
    assert!(told.is_empty(), "{told}");
}
