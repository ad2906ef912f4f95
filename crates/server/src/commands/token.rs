//! `basalt token create`.

use basalt_app::tokens::TokenWishes;
use basalt_domain::{Timestamp, policy::Scope};

use super::user::explained;
use crate::{cli::TokenArguments, failure::Failure, settings::Settings, wiring};

/// Creates a key and prints it, alone on the last line.
pub(super) async fn create(settings: &Settings, wishes: TokenArguments) -> Result<(), Failure> {
    let TokenArguments { user: email, name, scopes, expires } = wishes;
    if let Some(unknown) = scopes.iter().find(|scope| Scope::parse(scope).is_none()) {
        let known = Scope::ALL.map(Scope::as_str).join(", ");
        return Err(Failure::new(format!("there is no scope `{unknown}`; there are {known}")));
    }
    let expires_at = expires.as_deref().map(Timestamp::parse).transpose()?;
    let services = wiring::ready_services(settings).await?;
    if expires_at.is_some_and(|end| end <= services.context.now()) {
        return Err(Failure::new("the key would have ended already"));
    }
    let account = services.users.by_email(&email).await.map_err(|error| explained(&error))?;
    let Some(account) = account.filter(|account| account.value.is_usable()) else {
        return Err(Failure::new(format!("there is no active account with the address {email}")));
    };
    let wishes = TokenWishes { name, scopes, expires_at };
    let made = services.tokens.create(account.value.id, wishes).await.map_err(|error| explained(&error))?;
    eprintln!("This key is shown only now:");
    println!("{}", made.key);
    Ok(())
}
