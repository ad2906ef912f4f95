//! Documents on their way to the index.

use tantivy::{Document, TantivyDocument};

/// A document that takes the room of a pointer: a writer makes room for forty thousand of them, used or not, and anew with
/// each commit.
pub(crate) struct Queued(Box<TantivyDocument>);

impl From<TantivyDocument> for Queued {
    fn from(document: TantivyDocument) -> Self {
        Self(Box::new(document))
    }
}

impl Document for Queued {
    type FieldsValuesIter<'a> = <TantivyDocument as Document>::FieldsValuesIter<'a>;
    type Value<'a> = <TantivyDocument as Document>::Value<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.0.iter_fields_and_values()
    }

    fn into_tantivy_document(self) -> TantivyDocument {
        *self.0
    }
}
