//! `/api/1/datasets/`.

mod atom;
pub(crate) mod community;
pub(crate) mod filters;
mod forms;
mod handlers;
pub(crate) mod resources;
mod uploads;
pub mod views;
pub(crate) mod vocabularies;

use basalt_domain::{Dataset, policy::portal::Access};

use self::{
    uploads::UploadStatus,
    views::{CommunityView, DatasetView, ResourceView, UploadedResource},
    vocabularies::{Labelled, LicenseView},
};
use super::{followers, objects};
use crate::{
    Operation,
    operation::{PAGING, QueryParam},
    paging::PageView,
};

const DATASETS: &str = "/api/1/datasets/";
const DATASET: &str = "/api/1/datasets/{dataset}/";
const COMMUNITY: &str = "/api/1/datasets/community_resources/";
const ONE_COMMUNITY: &str = "/api/1/datasets/community_resources/{community}/";
const RESOURCES: &str = "/api/1/datasets/{dataset}/resources/";
const RESOURCE: &str = "/api/1/datasets/{dataset}/resources/{rid}/";

pub(super) fn operations() -> Vec<Operation> {
    let mut all = vec![
        Operation::get("list_datasets", DATASETS, handlers::list)
            .query(&PAGING)
            .query(&filters::PARAMETERS)
            .answers::<PageView<DatasetView<'static>>>(200)
            .summary("Lists datasets, newest first"),
        Operation::post("create_dataset", DATASETS, handlers::create)
            .reads(forms::schema)
            .answers::<DatasetView<'static>>(201)
            .summary("Creates a dataset, for the caller or an organisation of theirs"),
        Operation::get("get_dataset", DATASET, objects::show::<Dataset>)
            .answers::<DatasetView<'static>>(200)
            .summary("Reads a dataset"),
        Operation::put("update_dataset", DATASET, handlers::update)
            .reads(forms::schema)
            .answers::<DatasetView<'static>>(200)
            .summary("Changes a dataset; absent fields stay"),
        Operation::delete("delete_dataset", DATASET, objects::delete::<Dataset>)
            .query(&[QueryParam::flag("send_legal_notice")])
            .answers_plain(204)
            .summary("Marks a dataset as deleted"),
        Operation::get("recent_datasets_atom_feed", "/api/1/datasets/recent.atom", atom::recent)
            .query(&PAGING)
            .query(&filters::PARAMETERS)
            .answers_plain(200)
            .summary("Tells of the newest datasets of certified organisations, as a feed"),
    ];
    all.extend(mark_operations());
    all.extend(vocabulary_operations());
    all.extend(resource_operations());
    all.extend(community_operations());
    all.extend(followers::operations(&followers::DATASETS));
    all
}

fn mark_operations() -> Vec<Operation> {
    const FEATURED: &str = "/api/1/datasets/{dataset}/featured/";
    vec![
        Operation::post("feature_dataset", FEATURED, objects::feature::<Dataset>)
            .access(Access::Sysadmin)
            .answers::<DatasetView<'static>>(200)
            .summary("Shows a dataset first"),
        Operation::delete("unfeature_dataset", FEATURED, objects::unfeature::<Dataset>)
            .access(Access::Sysadmin)
            .answers::<DatasetView<'static>>(200)
            .summary("Shows a dataset first no longer"),
        Operation::get("available_dataset_badges", "/api/1/datasets/badges/", handlers::badges)
            .answers_plain(200)
            .summary("Lists the kinds of badges"),
        Operation::post("add_dataset_badge", "/api/1/datasets/{dataset}/badges/", handlers::add_badge)
            .access(Access::Sysadmin)
            .reads(objects::badge_schema)
            .answers_plain(200)
            .answers_plain(201)
            .summary("Gives a badge"),
        Operation::delete(
            "delete_dataset_badge",
            "/api/1/datasets/{dataset}/badges/{badge_kind}/",
            objects::remove_badge::<Dataset>,
        )
        .access(Access::Sysadmin)
        .answers_plain(204)
        .summary("Takes a badge"),
        Operation::post("mint_dataset_doi", "/api/1/datasets/{dataset}/doi/", handlers::mint_doi)
            .access(Access::Sysadmin)
            .answers::<DatasetView<'static>>(200)
            .summary("Asks for an identifier of a dataset; none is set up"),
    ]
}

fn vocabulary_operations() -> Vec<Operation> {
    vec![
        Operation::get("list_licenses", "/api/1/datasets/licenses/", vocabularies::licenses)
            .answers::<Vec<LicenseView<'static>>>(200)
            .summary("Lists the licences"),
        Operation::get("list_frequencies", "/api/1/datasets/frequencies/", vocabularies::frequencies)
            .answers::<Vec<Labelled>>(200)
            .summary("Lists how often datasets are updated"),
        Operation::get("resource_types", "/api/1/datasets/resource_types/", vocabularies::resource_types)
            .answers::<Vec<Labelled>>(200)
            .summary("Lists what a resource can be to its dataset"),
        Operation::get("allowed_extensions", "/api/1/datasets/extensions/", vocabularies::extensions)
            .answers::<Vec<String>>(200)
            .summary("Lists the extensions of files that may be uploaded"),
        Operation::get("schemas", "/api/1/datasets/schemas/", vocabularies::schemas)
            .answers_plain(200)
            .summary("Lists the schemas of the catalogue of schemas"),
    ]
}

fn resource_operations() -> Vec<Operation> {
    vec![
        Operation::get("redirect_resource", "/api/1/datasets/r/{id}", resources::redirect)
            .answers_plain(302)
            .summary("Leads to the file of a resource, for ever"),
        Operation::post("create_resource", RESOURCES, resources::create)
            .of_heads()
            .reads(forms::resource_schema)
            .answers::<ResourceView<'static>>(201)
            .summary("Adds a resource that is stored elsewhere"),
        Operation::put("update_resources", RESOURCES, resources::reorder)
            .reads_json(forms::order_schema)
            .answers::<Vec<ResourceView<'static>>>(200)
            .summary("Puts all resources in order"),
        Operation::get("get_resource", RESOURCE, resources::show)
            .of_heads()
            .answers::<ResourceView<'static>>(200)
            .summary("Reads a resource"),
        Operation::put("update_resource", RESOURCE, resources::update)
            .of_heads()
            .reads(forms::resource_schema)
            .answers::<ResourceView<'static>>(200)
            .summary("Changes a resource; absent fields stay"),
        Operation::delete("delete_resource", RESOURCE, resources::remove)
            .of_heads()
            .answers_plain(204)
            .summary("Removes a resource, and its file where it is stored here"),
        Operation::post(
            "force_resource_analysis",
            "/api/1/datasets/{dataset}/resources/{rid}/analysis/",
            resources::analyse,
        )
        .of_heads()
        .access(Access::Sysadmin)
        .answers_plain(202)
        .summary("Asks for the analysis of a resource; none is set up"),
        Operation::post("upload_new_dataset_resource", "/api/1/datasets/{dataset}/upload/", uploads::create)
            .of_heads()
            .reads_picture()
            .answers::<UploadedResource<'static>>(201)
            .answers::<UploadStatus>(200)
            .summary("Uploads a file as a new resource, whole or in parts"),
        Operation::post(
            "upload_dataset_resource",
            "/api/1/datasets/{dataset}/resources/{rid}/upload/",
            uploads::replace,
        )
        .of_heads()
        .reads_picture()
        .answers::<UploadedResource<'static>>(200)
        .summary("Uploads a file in the place of the one there is"),
    ]
}

fn community_operations() -> Vec<Operation> {
    let filters = [QueryParam::text("sort"), QueryParam::text("dataset"), QueryParam::text("organization")];
    vec![
        Operation::get("list_community_resources", COMMUNITY, community::list)
            .query(&PAGING)
            .query(&filters)
            .query(&[QueryParam::text("owner")])
            .answers::<PageView<CommunityView<'static>>>(200)
            .summary("Lists community resources, newest first"),
        Operation::post("create_community_resource", COMMUNITY, community::create)
            .reads(forms::community_schema)
            .answers::<CommunityView<'static>>(201)
            .summary("Adds a community resource to a dataset"),
        Operation::get("retrieve_community_resource", ONE_COMMUNITY, community::show)
            .answers::<CommunityView<'static>>(200)
            .summary("Reads a community resource"),
        Operation::put("update_community_resource", ONE_COMMUNITY, community::update)
            .reads(forms::community_schema)
            .answers::<CommunityView<'static>>(200)
            .summary("Changes a community resource; absent fields stay"),
        Operation::delete("delete_community_resource", ONE_COMMUNITY, community::remove)
            .answers_plain(204)
            .summary("Removes a community resource for good"),
        Operation::post(
            "upload_new_community_resource",
            "/api/1/datasets/{dataset}/upload/community/",
            uploads::create_community,
        )
        .reads_picture()
        .answers::<CommunityView<'static>>(201)
        .answers::<UploadStatus>(200)
        .summary("Uploads a file as a new community resource"),
        Operation::post(
            "upload_community_resource",
            "/api/1/datasets/community_resources/{community}/upload/",
            uploads::replace_community,
        )
        .reads_picture()
        .answers::<CommunityView<'static>>(200)
        .summary("Uploads a file in the place of the one there is"),
    ]
}
