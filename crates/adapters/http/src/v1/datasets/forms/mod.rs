//! Bodies of requests about datasets and resources, in the older way of reading them.

mod coverage;
mod dataset;
mod reader;
mod resource;

pub(super) use dataset::{DatasetForm, schema};
pub(super) use resource::{
    CommunityResourceForm, ResourceForm, community_schema, order_schema, schema as resource_schema,
};
