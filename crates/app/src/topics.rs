//! Elements of topics. They belong to their topic: whoever may change it changes them, and each
//! change of theirs is stored together with it.

use std::sync::Arc;

use basalt_domain::{
    Activity, ActivityKey, Dataservice, Dataset, Document, FieldError, Filter, GenericReference, Invalid, ObjectId,
    Reuse, Topic, TopicElement, policy::object::Action,
};
use basalt_ports::{ChangeSet, Page, PageRequest, Row, Stored};

use crate::{
    AppError, Caller, Context, Form,
    objects::{Objects, references},
};

/// Class name in messages.
const CLASS: &str = "TopicElement";

/// Elements of topics.
#[derive(Clone)]
pub struct Elements {
    context: Arc<Context>,
    topics: Objects<Topic>,
}

/// Which elements of a topic a list shows.
#[derive(Clone, Debug, Default)]
pub struct ElementFilter {
    /// Those that stand for something of this class; `None` for those that stand for nothing.
    pub class: Option<String>,
    /// Those with all these tags.
    pub tags: Vec<String>,
    /// Those whose title has every word.
    pub q: Option<String>,
}

impl Elements {
    /// Over these ports.
    pub fn new(context: Arc<Context>) -> Self {
        Self { topics: Objects::new(Arc::clone(&context)), context }
    }

    /// A page of a topic's elements, oldest first. Error: `NotFound` beyond the last page.
    pub async fn page(
        &self,
        topic: ObjectId,
        wanted: &ElementFilter,
        at: PageRequest,
    ) -> Result<Page<Row<TopicElement>>, AppError> {
        let mut filter = TopicElement::TOPIC.eq(topic);
        filter = match wanted.class.as_deref() {
            None => filter,
            Some("None") => filter.and(TopicElement::ELEMENT.absent()),
            Some(class) => filter.and(TopicElement::CLASS.eq(class)),
        };
        for tag in &wanted.tags {
            filter = filter.and(TopicElement::TAG.eq(tag.as_str()));
        }
        for word in wanted.q.iter().flat_map(|q| crate::folding::typed_words(q)) {
            filter = filter.and(TopicElement::TITLE.contains(word));
        }
        let page = self.context.store.topic_elements.page(filter, &[], at).await?;
        if page.exists() { Ok(page) } else { Err(AppError::NotFound("Page")) }
    }

    /// Creates a topic with its elements. Errors: as of [`Objects::create`].
    pub async fn create_topic(
        &self,
        caller: &Caller,
        form: &dyn Form<Topic>,
        elements: &[&dyn Form<TopicElement>],
    ) -> Result<Topic, AppError> {
        self.topics
            .create_with(caller, form, async |topic| {
                let made = self.made(topic.id, elements).await?;
                Ok(made.iter().fold(ChangeSet::new(), ChangeSet::insert))
            })
            .await
    }

    /// Changes a topic; with elements, they replace all it had. Errors: as of [`Objects::update`].
    pub async fn update_topic(
        &self,
        caller: &Caller,
        id: ObjectId,
        form: &dyn Form<Topic>,
        elements: Option<&[&dyn Form<TopicElement>]>,
        expected: Option<basalt_ports::Version>,
    ) -> Result<Topic, AppError> {
        self.topics
            .update_with(caller, id, form, expected, async |topic| {
                let Some(elements) = elements else { return Ok(ChangeSet::new()) };
                let made = self.made(topic.id, elements).await?;
                let changes = self.all_of(id).await?.iter().fold(ChangeSet::new(), ChangeSet::delete);
                Ok(made.iter().fold(changes, ChangeSet::insert))
            })
            .await
    }

    /// Adds elements to a topic. Errors: `SignIn`, `NotFound`, `Forbidden`, `Invalid`.
    pub async fn add(
        &self,
        caller: &Caller,
        topic: ObjectId,
        elements: &[&dyn Form<TopicElement>],
    ) -> Result<Vec<TopicElement>, AppError> {
        let added = std::sync::Mutex::new(Vec::new());
        self.topics
            .change_with(caller, topic, Action::Edit, None, async |topic| {
                let made = self.made(topic.id, elements).await?;
                let mut changes = made.iter().fold(ChangeSet::new(), ChangeSet::insert);
                for element in &made {
                    changes = changes.insert(&self.told(
                        ActivityKey::TopicElementCreated,
                        caller,
                        topic,
                        element,
                        Vec::new(),
                    )?);
                }
                *added.lock().map_err(|_poisoned| AppError::internal("a panic elsewhere"))? = made;
                Ok(changes)
            })
            .await?;
        added.into_inner().map_err(|_poisoned| AppError::internal("a panic elsewhere"))
    }

    /// Changes an element of a topic. Errors: `SignIn`, `NotFound`, `Forbidden`, `Invalid`.
    pub async fn update(
        &self,
        caller: &Caller,
        topic: ObjectId,
        id: ObjectId,
        form: &dyn Form<TopicElement>,
    ) -> Result<TopicElement, AppError> {
        let result = std::sync::Mutex::new(None);
        self.topics
            .change_with(caller, topic, Action::Edit, None, async |topic| {
                let mut stored = self.one(topic.id, id).await?;
                let before = stored.value.clone();
                form.check()?;
                form.apply(&mut stored.value).map_err(|errors| invalid(Some(id), errors))?;
                self.settle(&[&before], &[&stored.value]).await?;
                let mut changes = ChangeSet::new().update(&stored);
                let names = changed_names(&before, &stored.value)?;
                if !names.is_empty() {
                    let key = ActivityKey::TopicElementUpdated;
                    changes = changes.insert(&self.told(key, caller, topic, &stored.value, names)?);
                }
                *result.lock().map_err(|_poisoned| AppError::internal("a panic elsewhere"))? = Some(stored.value);
                Ok(changes)
            })
            .await?;
        let result = result.into_inner().map_err(|_poisoned| AppError::internal("a panic elsewhere"))?;
        result.ok_or(AppError::NotFound(CLASS))
    }

    /// Removes an element of a topic. Errors: `SignIn`, `NotFound`, `Forbidden`.
    pub async fn remove(&self, caller: &Caller, topic: ObjectId, id: ObjectId) -> Result<(), AppError> {
        let changed = self.topics.change_with(caller, topic, Action::Edit, None, async |topic| {
            let stored = self.one(topic.id, id).await?;
            let told = self.told(ActivityKey::TopicElementDeleted, caller, topic, &stored.value, Vec::new())?;
            Ok(ChangeSet::new().delete(&stored).insert(&told))
        });
        changed.await.map(drop)
    }

    /// Removes all elements of a topic. Errors: `SignIn`, `NotFound`, `Forbidden`.
    pub async fn clear(&self, caller: &Caller, topic: ObjectId) -> Result<(), AppError> {
        let changed = self.topics.change_with(caller, topic, Action::Edit, None, async |topic| {
            let mut changes = ChangeSet::new();
            for stored in self.all_of(topic.id).await? {
                let told = self.told(ActivityKey::TopicElementDeleted, caller, topic, &stored.value, Vec::new())?;
                changes = changes.delete(&stored).insert(&told);
            }
            Ok(changes)
        });
        changed.await.map(drop)
    }

    /// How many elements each of these topics has: one read for all.
    pub async fn counts(&self, topics: &[ObjectId]) -> Result<std::collections::HashMap<ObjectId, u64>, AppError> {
        let mut counts = std::collections::HashMap::new();
        if let [topic] = topics {
            let of_topic = TopicElement::TOPIC.eq(*topic);
            counts.insert(*topic, self.context.store.topic_elements.count(&of_topic).await?);
            return Ok(counts);
        }
        let of_topics = TopicElement::TOPIC.among(topics.iter().copied());
        for row in self.context.store.topic_elements.list(of_topics, &[], u64::MAX).await? {
            *counts.entry(row.value.topic).or_default() += 1;
        }
        Ok(counts)
    }

    /// The topics in which this stands.
    pub async fn topics_with(&self, object: ObjectId) -> Result<Vec<ObjectId>, AppError> {
        let rows = self.context.store.topic_elements.list(TopicElement::ELEMENT.eq(object), &[], u64::MAX).await?;
        Ok(rows.iter().map(|row| row.value.topic).collect())
    }

    /// What of this class stands in a topic.
    pub async fn standing_in(&self, topic: ObjectId, class: &str) -> Result<Vec<ObjectId>, AppError> {
        let filter = TopicElement::TOPIC.eq(topic).and(TopicElement::CLASS.eq(class));
        let rows = self.context.store.topic_elements.list(filter, &[], u64::MAX).await?;
        Ok(rows.iter().filter_map(|row| row.value.element.as_ref().map(GenericReference::id)).collect())
    }

    async fn all_of(&self, topic: ObjectId) -> Result<Vec<Stored<TopicElement>>, AppError> {
        Ok(self.context.store.topic_elements.fresh_list(TopicElement::TOPIC.eq(topic), u64::MAX).await?)
    }

    async fn one(&self, topic: ObjectId, id: ObjectId) -> Result<Stored<TopicElement>, AppError> {
        let found = Filter::id(&id).and(TopicElement::TOPIC.eq(topic));
        self.context.store.topic_elements.fresh(found).await?.ok_or(AppError::NotFound(CLASS))
    }

    /// New elements of a topic as these forms say. Error: `Invalid`.
    async fn made(&self, topic: ObjectId, forms: &[&dyn Form<TopicElement>]) -> Result<Vec<TopicElement>, AppError> {
        let mut made = Vec::with_capacity(forms.len());
        for form in forms {
            let mut element = TopicElement {
                id: self.context.id(),
                title: None,
                description: None,
                tags: Vec::new(),
                element: None,
                extras: Document::new(),
                topic,
                rest: Document::new(),
            };
            form.check()?;
            form.apply(&mut element).map_err(|errors| invalid(None, errors))?;
            made.push(element);
        }
        self.settle(&[], &made.iter().collect::<Vec<_>>()).await?;
        Ok(made)
    }

    /// Each has a title or stands for something that exists.
    async fn settle(&self, before: &[&TopicElement], after: &[&TopicElement]) -> Result<(), AppError> {
        if after.iter().any(|element| element.title.is_none() && element.element.is_none()) {
            return Err(AppError::check("element", "A topic element must have a title or an element."));
        }
        let of_class = |elements: &[&TopicElement], class: &str| -> Vec<ObjectId> {
            let references = elements.iter().filter_map(|element| element.element.as_ref());
            references.filter(|reference| reference.class == class).map(GenericReference::id).collect()
        };
        let both = |class: &str| (of_class(before, class), of_class(after, class));
        let (old, new) = both("Dataset");
        references::known::<Dataset>(&self.context, "element", &old, &new).await?;
        let (old, new) = both("Reuse");
        references::known::<Reuse>(&self.context, "element", &old, &new).await?;
        let (old, new) = both("Dataservice");
        references::known::<Dataservice>(&self.context, "element", &old, &new).await
    }

    fn told(
        &self,
        key: ActivityKey,
        caller: &Caller,
        topic: &Topic,
        element: &TopicElement,
        changes: Vec<String>,
    ) -> Result<Activity, AppError> {
        let mut activity = self.topics.activity(key, caller.id()?, topic, changes);
        activity.extras = Document::new().with("element_id", element.id.to_string());
        Ok(activity)
    }
}

/// Names of the fields that differ, sorted.
fn changed_names(before: &TopicElement, after: &TopicElement) -> Result<Vec<String>, AppError> {
    let old = Document::of(before).map_err(AppError::internal)?;
    let new = Document::of(after).map_err(AppError::internal)?;
    let mut names: Vec<String> =
        old.keys().chain(new.keys()).filter(|name| old.get(name) != new.get(name)).cloned().collect();
    names.sort_unstable();
    names.dedup();
    Ok(names)
}

fn invalid(id: Option<ObjectId>, errors: Vec<FieldError>) -> AppError {
    AppError::Invalid(Invalid { subject: Some((CLASS, id.map(|id| id.to_string()))), errors, message: None })
}
