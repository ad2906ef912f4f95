//! Objects of the catalogue in paths: `{dataset}`, `{reuse}` …, looked up before an operation runs.

use std::{any::Any, pin::Pin, rc::Rc};

use basalt_app::{
    AppError, Services,
    objects::{Class, Objects},
    slugs::Found,
};

/// A `Row` of some class.
pub type Target = Rc<dyn Any>;

type Finding<'a> = Pin<Box<dyn Future<Output = Result<Found<Target>, AppError>> + 'a>>;

/// A kind of object in paths.
pub struct Kind {
    /// The segment that holds its id or slug.
    pub segment: &'static str,
    /// Finds it.
    pub find: for<'a> fn(&'a Services, &'a str) -> Finding<'a>,
}

/// Every kind of object in paths: one line per class.
pub const KINDS: &[Kind] = &[
    Kind { segment: "dataset", find: |services, reference| Box::pin(found(&services.datasets, reference)) },
    Kind { segment: "reuse", find: |services, reference| Box::pin(found(&services.reuses, reference)) },
    Kind { segment: "dataservice", find: |services, reference| Box::pin(found(&services.dataservices, reference)) },
    Kind { segment: "topic", find: |services, reference| Box::pin(found(&services.topics, reference)) },
    Kind { segment: "visualization", find: |services, reference| Box::pin(found(&services.charts, reference)) },
    Kind { segment: "post", find: |services, reference| Box::pin(post(services, reference)) },
];

/// Finds a post.
async fn post(services: &Services, reference: &str) -> Result<Found<Target>, AppError> {
    Ok(services.posts.find(reference).await?.map(|row| Rc::new(row) as Target))
}

/// Finds an object of a class.
async fn found<E: Class>(objects: &Objects<E>, reference: &str) -> Result<Found<Target>, AppError> {
    Ok(objects.find(reference).await?.map(|row| Rc::new(row) as Target))
}
