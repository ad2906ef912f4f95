//! Posts: news and pages of the portal. Only administrators of the portal write them.

use std::{collections::HashMap, sync::Arc};

use basalt_domain::{
    Dataset, Document, FieldError, Filter, Image, Invalid, ObjectId, Post, Reuse, SlugFollow, Sort,
    post::{KIND, NEWEST_FIRST, SLUG, published},
    slug,
};
use basalt_ports::{
    ChangeSet, Page, PageRequest, Row, Stored, Version,
    pictures::{BoundingBox, PictureSpec},
};
use bytes::Bytes;

use crate::{
    AppError, Caller, Context, Form,
    error::retried_with_slug,
    objects::references,
    pictures,
    slugs::{self, Found},
};

/// Class name in documents and messages.
pub const CLASS: &str = "Post";

/// How far up pages are followed: more is a mistake.
const MAX_DEPTH: usize = 16;

/// Posts.
#[derive(Clone)]
pub struct Posts(Arc<Context>);

/// Which posts a list shows.
#[derive(Clone, Debug, Default)]
pub struct PostFilter {
    /// Only these of all, if they are told.
    pub narrowed: Option<Filter<Post>>,
    /// News or pages only.
    pub kind: Option<String>,
    /// Unpublished ones too, for those who may see them.
    pub with_drafts: bool,
}

impl Posts {
    /// Over these ports.
    pub const fn new(context: Arc<Context>) -> Self {
        Self(context)
    }

    /// What an id or slug leads to, published or not.
    pub async fn find(&self, reference: &str) -> Result<Found<Row<Post>>, AppError> {
        let store = &self.0.store;
        if let Ok(id) = ObjectId::parse(reference)
            && let Some(row) = store.posts.get(&id).await?
        {
            return Ok(Found::Here(row));
        }
        if let Some(row) = store.posts.first(SLUG.eq(reference)).await? {
            return Ok(Found::Here(row));
        }
        let present = slugs::redirect(store, &store.posts, &SLUG, CLASS, reference).await?;
        Ok(present.map_or(Found::Missing, Found::At))
    }

    /// May the caller read it? Error: `NotFound` for what is not published.
    pub fn readable(&self, caller: &Caller, post: &Post) -> Result<(), AppError> {
        if post.published.is_some() || caller.viewer.sysadmin { Ok(()) } else { Err(AppError::NotFound(CLASS)) }
    }

    /// A page of posts. Error: `NotFound` beyond the last page.
    pub async fn page(
        &self,
        caller: &Caller,
        wanted: &PostFilter,
        sort: Option<Sort<Post>>,
        at: PageRequest,
    ) -> Result<Page<Row<Post>>, AppError> {
        let drafts = wanted.with_drafts && caller.viewer.sysadmin;
        let mut filter = if drafts { Filter::always() } else { published() };
        if let Some(narrowed) = &wanted.narrowed {
            filter = filter.and(narrowed.clone());
        }
        filter = match wanted.kind.as_deref() {
            None => filter,
            // Older posts do not say that they are news.
            Some("news") => filter.and(KIND.eq("news").or(KIND.absent())),
            Some(kind) => filter.and(KIND.eq(kind)),
        };
        let page = self.0.store.posts.page(filter, &[sort.unwrap_or(NEWEST_FIRST)], at).await?;
        if page.exists() { Ok(page) } else { Err(AppError::NotFound("Page")) }
    }

    /// These pages and those below which they are: one read for each level above them.
    pub async fn ancestors(
        &self,
        parents: HashMap<ObjectId, Row<Post>>,
    ) -> Result<HashMap<ObjectId, Row<Post>>, AppError> {
        let above = |level: &HashMap<ObjectId, Row<Post>>| -> Vec<ObjectId> {
            level.values().filter_map(|row| row.value.parent).collect()
        };
        let mut wanted = above(&parents);
        let mut found = parents;
        for _level in 1..MAX_DEPTH {
            wanted.retain(|id| !found.contains_key(id));
            if wanted.is_empty() {
                break;
            }
            let level = self.0.store.posts.by_ids(&wanted).await?;
            wanted = above(&level);
            found.extend(level);
        }
        Ok(found)
    }

    /// Creates one. Errors: `SignIn`, `Invalid`.
    pub async fn create(&self, caller: &Caller, form: &dyn Form<Post>) -> Result<Post, AppError> {
        let author = caller.id()?;
        retried_with_slug(async |taken| {
            let context = &self.0;
            let mut post = blank(context.id(), author, context.now());
            self.apply(form, None, &mut post).await?;
            if post.slug.is_empty() {
                let fallback = post.id.to_string();
                post.slug =
                    slugs::wanted(&context.store.posts, &SLUG, (post.name.as_str(), fallback.as_str()), taken).await?;
            } else if context.store.posts.exists(SLUG.eq(post.slug.as_str())).await? {
                return Err(taken_slug());
            }
            let changes = slugs::taken(&context.store, CLASS, &post.slug).await?.insert(&post);
            context.store.commit(changes).await?;
            Ok(post)
        })
        .await
    }

    /// Changes one. Errors: `NotFound`, `Invalid`, `Precondition`; `Stale`.
    pub async fn update(
        &self,
        id: ObjectId,
        form: &dyn Form<Post>,
        expected: Option<Version>,
    ) -> Result<Post, AppError> {
        self.change(id, expected, async |before, post| self.apply(form, Some(before), post).await).await
    }

    /// Publishes one now, or no longer. Errors: `NotFound`; `Stale`.
    pub async fn publish(&self, id: ObjectId, published: bool) -> Result<Post, AppError> {
        let now = self.0.now();
        self.change(id, None, async |_before, post| {
            post.published = published.then_some(now);
            Ok(())
        })
        .await
    }

    /// Replaces its picture by an uploaded one. Errors: `NotFound`, `Invalid`.
    pub async fn set_image(&self, id: ObjectId, uploaded: Bytes, bbox: Option<BoundingBox>) -> Result<Post, AppError> {
        let spec = &PictureSpec::POST_IMAGE;
        let former = self.fresh(id).await?.value.image;
        let picture = pictures::keep(&self.0, spec, uploaded, bbox).await?;
        let changed = self.change(id, None, async |_before, post| {
            post.image = Some(picture.clone());
            Ok(())
        });
        let changed = changed.await?;
        self.discard(former).await;
        Ok(changed)
    }

    /// Removes one for good. Errors: `NotFound`, `Precondition`; `Stale`.
    pub async fn delete(&self, id: ObjectId, expected: Option<Version>) -> Result<(), AppError> {
        let stored = self.fresh(id).await?;
        if expected.is_some_and(|version| version != stored.version) {
            return Err(AppError::Precondition);
        }
        let led_here = SlugFollow::to_new(CLASS, &stored.value.slug);
        let led_here = self.0.store.slug_follows.fresh_list(led_here, u64::MAX).await?;
        let changes = led_here.iter().fold(ChangeSet::new().delete(&stored), ChangeSet::delete);
        self.0.store.commit(changes).await?;
        self.discard(stored.value.image).await;
        Ok(())
    }

    async fn discard(&self, image: Option<Image>) {
        if let Some(image) = image {
            pictures::discard(&self.0, PictureSpec::POST_IMAGE.folder, &image).await;
        }
    }

    async fn fresh(&self, id: ObjectId) -> Result<Stored<Post>, AppError> {
        self.0.store.posts.fresh(Filter::id(&id)).await?.ok_or(AppError::NotFound(CLASS))
    }

    async fn change(
        &self,
        id: ObjectId,
        expected: Option<Version>,
        change: impl AsyncFn(&Post, &mut Post) -> Result<(), AppError>,
    ) -> Result<Post, AppError> {
        retried_with_slug(async |_taken| {
            let mut stored = self.fresh(id).await?;
            if expected.is_some_and(|version| version != stored.version) {
                return Err(AppError::Precondition);
            }
            let before = stored.value.clone();
            change(&before, &mut stored.value).await?;
            stored.value.last_modified = self.0.now();
            let mut changes = ChangeSet::new();
            let after = &stored.value;
            if after.slug != before.slug {
                if self.0.store.posts.exists(SLUG.eq(after.slug.as_str())).await? {
                    return Err(taken_slug());
                }
                changes = slugs::moved(&self.0, CLASS, &before.slug, &after.slug).await?;
            }
            self.0.store.commit(changes.update(&stored)).await?;
            Ok(stored.value)
        })
        .await
    }

    /// Makes the changes of a form and judges the result. Error: `Invalid`.
    async fn apply(&self, form: &dyn Form<Post>, before: Option<&Post>, post: &mut Post) -> Result<(), AppError> {
        form.check()?;
        let mut errors = form.apply(post).err().unwrap_or_default();
        let told = errors.iter().any(|error| error.path == "content");
        if !told && post.content.is_none() && post.body_type.as_deref() != Some("blocs") {
            let message = "content is required when body_type is 'markdown' or 'html'";
            errors.insert(0, FieldError::stored("__all__", message));
        }
        if post.slug.is_empty()
            && let Some(before) = before
        {
            post.slug.clone_from(&before.slug);
        }
        post.slug = slug::slugify(&post.slug);
        let id = before.map(|before| before.id);
        if !errors.is_empty() {
            return Err(invalid(id, errors));
        }
        let told = before.map_or((&[][..], &[][..], None), |post| (&post.datasets, &post.reuses, post.parent));
        references::known::<Dataset>(&self.0, "datasets", told.0, &post.datasets).await?;
        references::known::<Reuse>(&self.0, "reuses", told.1, &post.reuses).await?;
        references::known::<Post>(&self.0, "parent", told.2.as_slice(), post.parent.as_slice()).await?;
        self.judge_parent(id, post).await
    }

    /// Only pages are below others, pages all of them, and none is below itself.
    async fn judge_parent(&self, id: Option<ObjectId>, post: &Post) -> Result<(), AppError> {
        let Some(parent) = post.parent else { return Ok(()) };
        let refused = |message| Err(invalid(id, vec![FieldError::stored("__all__", message)]));
        let above = self.ancestors(self.0.store.posts.by_ids([&parent]).await?).await?;
        let is_page = |post: &Post| post.kind.as_deref() == Some("page");
        if !is_page(post) || !above.get(&parent).is_some_and(|row| is_page(&row.value)) {
            return refused("Only a page can have a parent, and its parent must be a page");
        }
        if above.contains_key(&post.id) {
            return refused("A page cannot be its own ancestor");
        }
        if post.published.is_some() && above.get(&parent).is_some_and(|row| row.value.published.is_none()) {
            return refused("A published page cannot be under an unpublished page");
        }
        Ok(())
    }
}

fn blank(id: ObjectId, author: ObjectId, now: basalt_domain::Timestamp) -> Post {
    Post {
        id,
        name: String::new(),
        slug: String::new(),
        headline: None,
        content: None,
        body_type: Some("markdown".into()),
        blocs: Vec::new(),
        kind: Some("news".into()),
        image_url: None,
        image: None,
        credit_to: None,
        credit_url: None,
        tags: Vec::new(),
        datasets: Vec::new(),
        reuses: Vec::new(),
        owner: Some(author),
        parent: None,
        sidemenu: false,
        created_at: now,
        last_modified: now,
        published: None,
        rest: Document::new(),
    }
}

fn taken_slug() -> AppError {
    AppError::check("slug", "This slug is already used by another post")
}

fn invalid(id: Option<ObjectId>, errors: Vec<FieldError>) -> AppError {
    AppError::Invalid(Invalid { subject: Some((CLASS, id.map(|id| id.to_string()))), errors, message: None })
}
