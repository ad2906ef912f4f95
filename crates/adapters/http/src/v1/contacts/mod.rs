//! `/api/1/contacts/`: whom to ask about an object.

mod forms;
mod handlers;
pub mod lists;

pub use lists::{ContactPointView, Contacts};
pub(in crate::v1) use lists::{of_organization, of_user, suggest};

use crate::Operation;

/// What a contact point can be to an object, with labels.
///
/// Source: udata 17, `GET /api/1/contacts/roles/`.
pub const ROLES: [(&str, &str); 11] = [
    ("contact", "Contact"),
    ("creator", "Creator"),
    ("publisher", "Publisher"),
    ("rightsHolder", "Rights Holder"),
    ("custodian", "Custodian"),
    ("distributor", "Distributor"),
    ("originator", "Originator"),
    ("principalInvestigator", "Principal Investigator"),
    ("processor", "Processor"),
    ("resourceProvider", "Resource Provider"),
    ("user", "User"),
];

const CONTACT: &str = "/api/1/contacts/{contact_point}/";

pub(super) fn operations() -> Vec<Operation> {
    vec![
        Operation::post("create_contact_point", "/api/1/contacts/", handlers::create)
            .reads(forms::schema)
            .answers::<ContactPointView<'static>>(201)
            .answers::<ContactPointView<'static>>(200)
            .summary("Creates a contact point, unless there is an equal one"),
        Operation::get("contact_point_roles", "/api/1/contacts/roles/", handlers::roles)
            .answers_plain(200)
            .summary("Lists the roles of contact points"),
        Operation::get("get_contact_point", CONTACT, handlers::show)
            .answers::<ContactPointView<'static>>(200)
            .summary("Reads a contact point"),
        Operation::put("update_contact_point", CONTACT, handlers::update)
            .reads(forms::schema)
            .answers::<ContactPointView<'static>>(200)
            .summary("Changes a contact point; absent fields stay"),
        Operation::delete("delete_contact_point", CONTACT, handlers::delete)
            .answers_plain(204)
            .summary("Removes a contact point, also from the objects it stands with"),
    ]
}
