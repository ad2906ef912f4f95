//! `basalt demo`: a portal with demo data, for a first look.

use basalt_app::{Services, tokens::TokenWishes};
use basalt_domain::{ApiToken, Filter, ObjectId};
use basalt_ports::ChangeSet;

use super::user::explained;
use crate::{
    cli::DemoArguments,
    failure::Failure,
    import::{self, Source},
    secrets, serve,
    settings::Settings,
    wiring,
};

/// 3,702 organisations of data.gouv.fr; `demo/README.md` tells their licence.
const DATA: &[u8] = include_bytes!("../../../../demo/organizations.ndjson.gz");
/// What the key is called.
const KEY: &str = "demo";
const EMAIL: &str = "admin@example.org";

/// Fills an empty storage, makes a key, serves.
pub(super) async fn run(mut settings: Settings, wishes: DemoArguments) -> Result<(), Failure> {
    if let Some(bind) = wishes.bind {
        settings.http.bind = bind.to_string();
    }
    let services = wiring::ready_services(&settings).await?;
    let store = &services.context.store;
    if store.organizations.count(&Filter::always()).await? == 0 {
        let source = Source::embedded("demo/organizations.ndjson.gz", DATA);
        import::import(&services, source, false).await?;
    }
    let (admin, password) = administrator(&services).await?;
    end_former_keys(&services, admin).await?;
    let wishes = TokenWishes { name: Some(KEY.into()), ..TokenWishes::default() };
    let made = services.tokens.create(admin, wishes).await.map_err(|error| explained(&error))?;
    serve::run(&settings, services, |url| {
        println!();
        println!("  portal     {url}/api/1/organizations/");
        println!(
            "  account    {EMAIL}{}",
            password.map(|password| format!(", password {password}")).unwrap_or_default()
        );
        println!("  API key    {}", made.key);
        println!();
    })
    .await
}

/// Revokes the keys of former starts: the one printed now is the only one.
async fn end_former_keys(services: &Services, admin: ObjectId) -> Result<(), Failure> {
    let context = &services.context;
    let mut changes = ChangeSet::new();
    for mut token in context.store.api_tokens.fresh_list(ApiToken::USER.eq(admin), u64::MAX).await? {
        if token.value.name.as_deref() == Some(KEY) && token.value.revoked_at.is_none() {
            token.value.revoked_at = Some(context.now());
            changes = changes.update(&token);
        }
    }
    Ok(context.store.commit(changes).await?)
}

/// The demo's administrator; the password only where the account was made just now.
async fn administrator(services: &Services) -> Result<(ObjectId, Option<String>), Failure> {
    if let Some(account) = services.users.by_email(EMAIL).await.map_err(|error| explained(&error))? {
        return Ok((account.value.id, None));
    }
    // Letters of both kinds and a digit, whatever is drawn.
    let password = format!("Demo-1-{}", secrets::hex(services.context.ids.as_ref(), 8));
    let made = services.users.register(EMAIL, &password, ("Demo", "Administrator"), true).await;
    Ok((made.map_err(|error| explained(&error))?.id, Some(password)))
}
