//! Logo and banner of an organisation.

use basalt_domain::{ObjectId, Organization, policy::organization::Action};
use basalt_ports::pictures::{BoundingBox, PictureSpec};
use bytes::Bytes;

use super::Organizations;
use crate::{AppError, Caller, pictures};

impl Organizations {
    /// Replaces the logo by an uploaded picture. Errors: `SignIn`, `Gone`, `Forbidden`, `Invalid`.
    pub async fn set_logo(
        &self,
        caller: &Caller,
        organization: &Organization,
        uploaded: Bytes,
        bbox: Option<BoundingBox>,
    ) -> Result<Organization, AppError> {
        self.allow(caller, organization, Action::Edit)?;
        let spec = &PictureSpec::ORGANIZATION_LOGO;
        let logo = pictures::keep(&self.0, spec, uploaded, bbox).await?;
        let former = organization.logo.clone();
        let changed = self.change(caller, organization.id, Action::Edit, None, |organization| {
            organization.logo = Some(logo.clone());
            Ok(())
        });
        let changed = changed.await?;
        if let Some(former) = former {
            pictures::discard(&self.0, spec.folder, &former).await;
        }
        Ok(changed)
    }

    /// Replaces the banner by an uploaded picture. Errors: `SignIn`, `Gone`, `Forbidden`, `Invalid`.
    pub async fn set_banner(
        &self,
        caller: &Caller,
        organization: &Organization,
        uploaded: Bytes,
        bbox: Option<BoundingBox>,
    ) -> Result<Organization, AppError> {
        self.allow(caller, organization, Action::Edit)?;
        let spec = &PictureSpec::BANNER;
        let banner = pictures::keep(&self.0, spec, uploaded, bbox).await?;
        let former = organization.banner_image.clone();
        let changed = self.change(caller, organization.id, Action::Edit, None, |organization| {
            organization.banner_image = Some(banner.clone());
            Ok(())
        });
        let changed = changed.await?;
        if let Some(former) = former {
            pictures::discard(&self.0, spec.folder, &former).await;
        }
        Ok(changed)
    }

    /// Removes the banner. Errors: `SignIn`, `Gone`, `Forbidden`.
    pub async fn remove_banner(&self, caller: &Caller, id: ObjectId) -> Result<(), AppError> {
        let former = self.fresh(id).await?.value.banner_image;
        let changed = self.change(caller, id, Action::Edit, None, |organization| {
            organization.banner_image = None;
            Ok(())
        });
        changed.await?;
        if let Some(former) = former {
            pictures::discard(&self.0, PictureSpec::BANNER.folder, &former).await;
        }
        Ok(())
    }
}
