//! How fast the SQL adapter alone is: `cargo run --release -p basalt-sql --example speed [URL]`.
//!
//! Prints records per second of an import, and time and processor time per operation. Without URL
//! a SQLite file in a temporary folder is used.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement for the terminal")]

use std::time::{Duration, Instant};

use basalt_domain::{
    Activity, ActivityKey, Entity, Filter, ObjectId, Organization, OrganizationRole, Timestamp,
    entities::organization::{CREATED_AT, visible},
};
use basalt_ports::{Change, ChangeSet, Query, Storage, Stored};
use basalt_sql::{SqlOptions, SqlStorage};

fn oid(number: u32) -> ObjectId {
    let [a, b, c, d] = number.to_be_bytes();
    ObjectId::from_bytes([0x53, 0x4f, 0xff, 0x4c, 0, 0, 0, 0, a, b, c, d])
}

fn an_org(number: u32) -> Organization {
    let now = Timestamp(1_704_110_400_000 + i64::from(number));
    let mut organization = Organization::new(oid(number), "Île-de-France", &"What it does. ".repeat(60), None, now);
    organization.slug = format!("organization-{number}");
    for member in 0..3 {
        organization.add_member(oid(900_000 + number % 1000 + member), OrganizationRole::Editor, now);
    }
    organization
}

/// Processor time of this process so far.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn report(what: &str, count: u32, began: Instant, used: Duration) {
    let (wall, cpu) = (began.elapsed(), processor_time().saturating_sub(used));
    let rate = f64::from(count) / wall.as_secs_f64();
    println!("{what}: {rate:.0}/s, {:.3} ms, {:.3} ms CPU", 1e3 / rate, cpu.as_secs_f64() * 1e3 / f64::from(count));
}

#[tokio::main]
async fn main() {
    let home = std::env::temp_dir().join(format!("basalt-speed-{}", std::process::id()));
    std::fs::create_dir_all(&home).unwrap();
    let url = std::env::args().nth(1).unwrap_or_else(|| format!("sqlite://{}/basalt.db", home.display()));
    let storage = SqlStorage::connect(&url, SqlOptions::default()).await.unwrap();
    storage.migrate().await.unwrap();

    let (records, batch) = (20_000_u32, 500_u32);
    let (began, used) = (Instant::now(), processor_time());
    for start in (0..records).step_by(batch as usize) {
        let puts: Vec<Change> = (start..start + batch)
            .map(|number| {
                let document = basalt_domain::Document::of(&an_org(number)).unwrap();
                Change::Put { of: Organization::COLLECTION, id: oid(number).into(), document }
            })
            .collect();
        storage.commit(&ChangeSet::from(puts)).await.unwrap();
    }
    report("import", records, began, used);

    let one = |number: u32| Query {
        limit: 1,
        condition: Filter::<Organization>::id(&oid(number)).into_condition(),
        ..Query::all(Organization::COLLECTION)
    };
    let (began, used) = (Instant::now(), processor_time());
    for number in 0..20_000 {
        assert_eq!(storage.fetch(&one(number)).await.unwrap().len(), 1);
    }
    report("one by id", 20_000, began, used);

    for (what, offset) in [("page 1", 0), ("page 900", 18_000)] {
        let page = Query {
            condition: visible().into_condition(),
            sort: vec![CREATED_AT.descending().into()],
            offset,
            limit: 20,
            ..Query::all(Organization::COLLECTION)
        };
        let (began, used) = (Instant::now(), processor_time());
        for _ in 0..2_000 {
            assert_eq!(storage.fetch(&page).await.unwrap().len(), 20);
        }
        report(what, 2_000, began, used);
    }

    let (began, used) = (Instant::now(), processor_time());
    for number in 0..2_000 {
        let stored = storage.fetch(&one(number)).await.unwrap().pop().unwrap();
        let mut value: Organization = stored.value.decode().unwrap();
        value.name = "renamed".into();
        let organization = value.id;
        let activity = Activity::by_user(
            oid(5_000_000 + number),
            ActivityKey::OrganizationUpdated,
            oid(1),
            organization,
            Timestamp(1),
        );
        let changes = ChangeSet::new().update(&Stored { value, version: stored.version }).insert(&activity);
        storage.commit(&changes).await.unwrap();
    }
    report("read, update, insert an activity", 2_000, began, used);
    std::fs::remove_dir_all(&home).unwrap();
}
