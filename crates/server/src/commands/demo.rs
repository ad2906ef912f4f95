//! `basalt demo`: a portal with demo data, for a first look.

use basalt_app::{Services, tokens::TokenWishes};
use basalt_domain::{ApiToken, Filter, ObjectId};
use basalt_ports::ChangeSet;

use super::user::explained;
use crate::{
    cli::DemoArguments,
    failure::Failure,
    import::{self, Source},
    recount, secrets, serve,
    settings::Settings,
    wiring,
};

/// A part of the catalogue of data.gouv.fr; `demo/README.md` tells its licence. In this order: what
/// belongs to others comes after them, what is older after what is newer.
const DATA: [(&str, &[u8]); 4] = [
    ("demo/organizations.ndjson.gz", include_bytes!("../../../../demo/organizations.ndjson.gz")),
    ("demo/datasets.csv.xz", include_bytes!("../../../../demo/datasets.csv.xz")),
    ("demo/datasets-in-full.ndjson.xz", include_bytes!("../../../../demo/datasets-in-full.ndjson.xz")),
    ("demo/reuses.ndjson.xz", include_bytes!("../../../../demo/reuses.ndjson.xz")),
];
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
        for (name, bytes) in DATA {
            import::import(&services, Source::embedded(name, bytes), false).await?;
        }
        // The reuses came as records, which say nothing of the numbers of others.
        let wishes = recount::Wishes { repair: true, catalogue_only: true, ..recount::Wishes::default() };
        let counted = recount::all(store, wishes, |_told_by_the_import| {}).await?;
        let metrics = counted.portal.metrics(services.context.now());
        services.sites.count(&settings.site.id, &settings.site.title, &metrics).await?;
    }
    let (admin, password) = administrator(&services).await?;
    end_former_keys(&services, admin).await?;
    let wishes = TokenWishes { name: Some(KEY.into()), ..TokenWishes::default() };
    let made = services.tokens.create(admin, wishes).await.map_err(|error| explained(&error))?;
    serve::run(&settings, services, |url| {
        println!();
        println!("  portal     {url}/api/1/datasets/");
        println!("             {url}/api/1/organizations/");
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
