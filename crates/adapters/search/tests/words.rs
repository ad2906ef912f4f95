//! What people type, and what they mean by it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use basalt_domain::{ObjectId, Timestamp};
use basalt_ports::search::{SearchChange, SearchDocument, SearchIndex, SearchKind, SearchQuery, SeenBy};
use basalt_search::{TantivyIndex, Weights};

/// An index of things of these names; they are answered by their place here.
struct Named {
    index: TantivyIndex,
    kind: SearchKind,
}

impl Named {
    async fn new(kind: SearchKind, names: &[&str]) -> Self {
        let index = TantivyIndex::in_memory(Weights::default()).unwrap();
        let put = |(at, name): (u8, &&str)| {
            SearchChange::Put(Box::new(SearchDocument::titled(kind, ObjectId::from_bytes([at; 12]), *name)))
        };
        index.apply((0..).zip(names).map(put).collect(), None).await.unwrap();
        Self { index, kind }
    }

    async fn find(&self, text: &str) -> Vec<u8> {
        let found = self.index.search(&SearchQuery::new(self.kind, text, Timestamp(0))).await.unwrap();
        found.ids.iter().map(|id| id.bytes()[0]).collect()
    }

    async fn suggest(&self, text: &str) -> Vec<u8> {
        let found = self.index.suggest(self.kind, text, 5).await.unwrap();
        found.iter().map(|id| id.bytes()[0]).collect()
    }
}

#[tokio::test]
async fn organisations_are_found_by_the_acronyms_that_their_names_give() {
    let named = Named::new(
        SearchKind::Organization,
        &[
            "Institut national de la statistique et des études économiques (Insee)",
            "Caisse nationale des allocations familiales",
            "Électricité de France",
            "Centre national du cinéma et de l'image animée",
        ],
    )
    .await;
    for (text, expected) in [("insee", 0), ("CNAF", 1), ("edf", 2), ("CNC", 3)] {
        assert_eq!(named.find(text).await, [expected], "{text}");
    }
    assert_eq!(named.suggest("cna").await, [1]);
    assert_eq!(named.suggest("INS").await, [0]);
}

#[tokio::test]
async fn administrations_are_found_by_the_number_of_their_department() {
    let named = Named::new(
        SearchKind::Organization,
        &["Département des Hauts-de-Seine", "Direction Départementale des Territoires de l'Essonne", "Ville de Seine"],
    )
    .await;
    for (text, expected) in [("CD92", 0), ("cd 92", 0), ("DDT 91", 1)] {
        assert_eq!(named.find(text).await.first(), Some(&expected), "{text}");
    }
}

#[tokio::test]
async fn a_kind_of_body_has_several_names_among_organisations_only() {
    let names = ["Ville de Paris", "Métropole de Lyon"];
    let organizations = Named::new(SearchKind::Organization, &names).await;
    assert_eq!(organizations.find("mairie de Paris").await, [0]);
    assert_eq!(organizations.find("agglomération Lyon").await, [1]);
    let datasets = Named::new(SearchKind::Dataset, &["Ville", "Mairies de France"]).await;
    assert_eq!(datasets.find("mairie").await, [1]);
}

#[tokio::test]
async fn words_are_found_together_and_apart() {
    let titles = ["Codes postaux", "Code postal A", "Code postal B", "FranceAgriMer", "Prix en France"];
    let named = Named::new(SearchKind::Dataset, &titles).await;
    let mut found = named.find("codepostal").await;
    found.sort_unstable();
    assert_eq!(found, [0, 1, 2]);
    assert_eq!(named.find("france agrimer").await, [3]);
}

#[tokio::test]
async fn a_word_of_something_hidden_is_found_by_who_sees_it_although_others_write_it_apart() {
    let named = Named::new(SearchKind::Dataset, &["Codes postaux", "Code postal A", "Code postal B"]).await;
    let id = ObjectId::from_bytes([9; 12]);
    let hidden = SearchDocument { hidden: true, ..SearchDocument::titled(SearchKind::Dataset, id, "Codepostal") };
    named.index.apply(vec![SearchChange::Put(Box::new(hidden))], None).await.unwrap();
    let query = SearchQuery::new(SearchKind::Dataset, "codepostal", Timestamp(0));
    assert_eq!(named.index.search(&query).await.unwrap().total, 3);
    let administrator = SearchQuery { seen_by: SeenBy::Administrator, ..query };
    let found = named.index.search(&administrator).await.unwrap();
    assert_eq!((found.total, found.ids.contains(&id)), (4, true));
}

#[tokio::test]
async fn a_slip_is_understood_where_it_changes_the_stem_too() {
    let named = Named::new(SearchKind::Dataset, &["Répertoire national des associations", "Accidents"]).await;
    assert_eq!(named.find("associatons").await, [0]);
    assert_eq!(named.find("accidants").await, [1]);
}

#[tokio::test]
async fn words_of_a_family_are_found_behind_the_word_itself() {
    let named = Named::new(SearchKind::Dataset, &["Sites pollués par des polluants", "Pollution", "Police"]).await;
    assert_eq!(named.find("pollution").await, [1, 0]);
}

#[tokio::test]
async fn an_acronym_of_one_document_is_no_slip() {
    let named = Named::new(SearchKind::Dataset, &["Registre (RNIC)", "Registre (RNIB)"]).await;
    assert_eq!(named.find("rnic").await, [0]);
}
