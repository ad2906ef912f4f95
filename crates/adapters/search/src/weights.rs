//! What counts how much: every number of the ranking.
//!
//! `docs/adr/0008-ranking.md` explains them; `make bench-search` measures them.

/// The numbers of the ranking.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weights {
    /// A word in a title.
    pub title: f32,
    /// A word that is an acronym.
    pub acronym: f32,
    /// A word that could be an acronym of the title.
    pub initials: f32,
    /// A word that could be the beginning of such an acronym.
    pub beginnings: f32,
    /// A word in the name of whom it belongs to.
    pub producer: f32,
    /// A word among the tags.
    pub tags: f32,
    /// A word in the text, however often.
    pub text: f32,
    /// A word among the tags of an organisation's datasets, for the organisation.
    pub known_tags: f32,
    /// A word among their titles.
    pub known_text: f32,
    /// How much longer titles weigh less: 0 not at all, 1 most.
    pub title_length: f32,
    /// The same for texts.
    pub text_length: f32,
    /// How much importance adds.
    pub importance: f32,
    /// The same for organisations.
    pub known_importance: f32,
    /// To which power importance is raised.
    pub importance_power: f32,
    /// How much freshness adds.
    pub fresh: f32,
    /// Days after which half of it is gone.
    pub fresh_days: f32,
    /// All words of the title, and no other, were asked for.
    pub exact: f32,
    /// All words that were asked for are those of the title but words for kinds of bodies.
    pub named: f32,
    /// The words asked for stand side by side in the title.
    pub phrase: f32,
    /// A title begins with the words asked for.
    pub begins: f32,
    /// To which power the share of the words that were found is raised.
    pub coverage: f32,
    /// The share of the words that must be found where no result has all, or where there are many.
    pub enough: f32,
    /// What a word counts that is one letter off.
    pub typo: f32,
    /// What another word for the same kind of body counts.
    pub same_kind: f32,
    /// What a word of the same family counts.
    pub family: f32,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            title: 0.8,
            acronym: 1.4,
            initials: 0.5,
            beginnings: 0.3,
            producer: 0.3,
            tags: 1.25,
            text: 0.85,
            known_tags: 0.4,
            known_text: 0.4,
            title_length: 2.0,
            text_length: 0.8,
            importance: 45.0,
            known_importance: 35.0,
            importance_power: 2.6,
            fresh: 0.4,
            fresh_days: 200.0,
            exact: 1.2,
            named: 1.0,
            phrase: 0.2,
            begins: 0.05,
            coverage: 5.0,
            enough: 0.5,
            typo: 0.6,
            same_kind: 0.7,
            family: 0.5,
        }
    }
}
