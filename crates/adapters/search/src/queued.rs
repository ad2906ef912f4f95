//! Documents on their way to the index.

use tantivy::{Document, TantivyDocument};
use tokio::sync::OwnedSemaphorePermit;

/// A document that takes the room of a pointer: a writer makes room for forty thousand of them, used or not, and anew with
/// each commit.
pub(crate) struct Queued(Box<Waiting>);

struct Waiting {
    document: TantivyDocument,
    /// Given back when the writer's thread takes the document.
    _place: Option<OwnedSemaphorePermit>,
}

impl Queued {
    /// One of few.
    pub(crate) fn new(document: TantivyDocument) -> Self {
        Self(Box::new(Waiting { document, _place: None }))
    }

    /// One of so many that not all may wait at once.
    pub(crate) fn in_place(document: TantivyDocument, place: OwnedSemaphorePermit) -> Self {
        Self(Box::new(Waiting { document, _place: Some(place) }))
    }
}

impl Document for Queued {
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;
    type Value<'a> = <TantivyDocument as Document>::Value<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.0.document.iter_fields_and_values()
    }

    fn into_tantivy_document(self) -> TantivyDocument {
        self.0.document
    }
}
