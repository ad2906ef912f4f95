//! `basalt user create`.

use basalt_app::AppError;

use crate::{
    cli::UserArguments,
    failure::{Failure, causes},
    settings::Settings,
    wiring,
};

/// Creates an account and prints its id.
pub(super) async fn create(settings: &Settings, wishes: UserArguments) -> Result<(), Failure> {
    let services = wiring::ready_services(settings).await?;
    let UserArguments { email, password, first_name, last_name, admin } = wishes;
    let account = services
        .users
        .register(&email, &password, (&first_name, &last_name), admin)
        .await
        .map_err(|error| explained(&error))?;
    let role = if admin { ", administrator of the portal" } else { "" };
    println!("created {} {}{role}", account.slug, account.id);
    Ok(())
}

/// The messages of the fields, where the input was wrong.
pub(super) fn explained(error: &AppError) -> Failure {
    let AppError::Invalid(invalid) = error else { return Failure::new(causes(error)) };
    let mut lines: Vec<String> =
        invalid.errors.iter().map(|error| format!("{}: {}", error.path, error.message)).collect();
    lines.extend(invalid.message.clone());
    Failure::new(lines.join("\n"))
}
