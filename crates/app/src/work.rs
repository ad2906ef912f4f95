//! Work that waits: stored with the write it belongs to, done afterwards by whoever is free.
//!
//! A task is taken by moving its time into the future: of several workers one succeeds, and if that
//! one dies the task is due again. Done, it is removed; failed, it waits longer each time.

use std::sync::Arc;

use basalt_domain::{Dataset, Document, Resource, Task, Timestamp, Value};
use basalt_ports::{
    ChangeSet, Stored,
    analyser::{ResourceAction, ResourceEvent},
};

use crate::{AppError, Context};

/// Telling the analyser of a resource.
const TELL: &str = "analyser.tell";
/// How long a worker has for a task, in milliseconds; then another may take it.
const TURN_MS: i64 = 60_000;
/// How long a task waits after it failed for the first time, in milliseconds; twice as long each time after.
const PAUSE_MS: i64 = 1_000;
/// Longest wait, in milliseconds.
const LONGEST_PAUSE_MS: i64 = 3_600_000;
/// Tasks taken at once.
const BATCH: u64 = 32;

/// Work that waits.
#[derive(Clone)]
pub struct Work(Arc<Context>);

impl Work {
    /// Over these ports.
    pub const fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    /// Has the analyser look at a resource again; false where none is set.
    pub async fn analyse(&self, dataset: &Dataset, resource: &Resource) -> Result<bool, AppError> {
        let told = tell(&self.0, ResourceAction::Updated, dataset, resource);
        let set = !told.is_empty();
        self.0.store.commit(told).await?;
        Ok(set)
    }

    /// Does what is due: how much was taken. A task that fails is tried again later.
    pub async fn run_due(&self) -> Result<usize, AppError> {
        let now = self.0.now();
        let mut due = self.0.store.tasks.fresh_list(Task::DUE.below(now.plus_millis(1)), BATCH).await?;
        due.sort_by_key(|task| (task.value.due, task.value.id));
        let mut taken = 0;
        for task in due {
            if let Some(task) = self.take(task).await? {
                taken += 1;
                self.run(task).await?;
            }
        }
        Ok(taken)
    }

    /// Takes a task, unless another worker was faster.
    async fn take(&self, mut task: Stored<Task>) -> Result<Option<Stored<Task>>, AppError> {
        task.value.due = self.0.now().plus_millis(TURN_MS);
        match self.0.store.commit(ChangeSet::new().update(&task)).await.map_err(AppError::from) {
            Ok(()) => Ok(self.0.store.tasks.fresh(basalt_domain::Filter::id(&task.value.id)).await?),
            Err(error) if error.is_stale() => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn run(&self, mut task: Stored<Task>) -> Result<(), AppError> {
        let changes = match self.perform(&task.value).await {
            Ok(()) => ChangeSet::new().delete(&task),
            Err(error) => {
                tracing::warn!(task.id = %task.value.id, task.kind = task.value.kind, %error, "task failed");
                task.value.attempts += 1;
                task.value.error = Some(error.to_string());
                task.value.due = self.0.now().plus_millis(pause(task.value.attempts));
                ChangeSet::new().update(&task)
            }
        };
        match self.0.store.commit(changes).await.map_err(AppError::from) {
            // It took so long that another worker has it now.
            Err(error) if error.is_stale() => Ok(()),
            result => result,
        }
    }

    async fn perform(&self, task: &Task) -> Result<(), AppError> {
        if task.kind != TELL {
            return Err(AppError::internal(format!("unknown kind of task: {}", task.kind)));
        }
        let event = event(&task.payload).ok_or_else(|| AppError::internal("unreadable task"))?;
        match &self.0.analyser {
            Some(analyser) => analyser.tell(&event).await.map_err(AppError::internal),
            // None is set any more: nobody waits for it.
            None => Ok(()),
        }
    }
}

fn pause(attempts: i64) -> i64 {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(20);
    PAUSE_MS.saturating_mul(1 << doublings).min(LONGEST_PAUSE_MS)
}

/// The task to tell the analyser, if one is set, of what happened to a resource.
pub fn tell(context: &Context, action: ResourceAction, dataset: &Dataset, resource: &Resource) -> ChangeSet {
    if context.analyser.is_none() {
        return ChangeSet::new();
    }
    let mut payload = Document::new()
        .with("action", action.as_str())
        .with("dataset", dataset.id.to_string())
        .with("resource", resource.id.to_string());
    if action != ResourceAction::Deleted {
        payload.insert("document", described(resource));
    }
    let now = context.now();
    ChangeSet::new().insert(&Task {
        id: context.id(),
        kind: TELL.into(),
        payload,
        created_at: now,
        due: now,
        attempts: 0,
        error: None,
        rest: Document::new(),
    })
}

fn event(payload: &Document) -> Option<ResourceEvent> {
    let text = |name| payload.get(name).and_then(Value::as_text).map(str::to_owned);
    Some(ResourceEvent {
        action: ResourceAction::parse(&text("action")?)?,
        dataset: text("dataset")?,
        resource: text("resource")?,
        document: payload.get("document").and_then(Value::as_map).cloned(),
    })
}

/// A resource in plain values, as analysers read it.
fn described(resource: &Resource) -> Document {
    let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::Text);
    let time = |time: Timestamp| Value::Text(time.iso().to_string());
    let checksum = resource.checksum.as_ref();
    let schema = resource.schema.as_ref();
    let schema = Document::new()
        .with("name", schema.map_or(Value::Null, |schema| text(&schema.name)))
        .with("url", schema.map_or(Value::Null, |schema| text(&schema.url)))
        .with("version", schema.map_or(Value::Null, |schema| text(&schema.version)));
    Document::new()
        .with("id", resource.id.to_string())
        .with("url", resource.url.as_str())
        .with("format", text(&resource.format))
        .with("title", resource.title.as_str())
        .with("schema", schema)
        .with("description", text(&resource.description))
        .with("filetype", resource.filetype.as_str())
        .with("type", resource.kind.as_str())
        .with("mime", text(&resource.mime))
        .with("filesize", resource.filesize.map_or(Value::Null, Value::Int))
        .with("checksum_type", checksum.map_or(Value::Null, |sum| Value::Text(sum.kind.clone())))
        .with("checksum_value", checksum.map_or(Value::Null, |sum| Value::Text(sum.value.clone())))
        .with("created_at", time(resource.created_at_internal))
        .with("last_modified", time(resource.last_modified_internal))
        .with("extras", plain(&Value::Map(resource.extras.clone())))
        .with("harvest", resource.harvest.clone().map_or(Value::Null, |harvest| plain(&Value::Map(harvest))))
}

/// The same with times and ids as texts.
fn plain(value: &Value) -> Value {
    match value {
        Value::Time(time) => Value::Text(time.iso().to_string()),
        Value::Id(id) => Value::Text(id.to_string()),
        Value::List(items) => Value::List(items.iter().map(plain).collect()),
        Value::Map(map) => Value::Map(map.iter().map(|(name, value)| (name.clone(), plain(value))).collect()),
        other => other.clone(),
    }
}
