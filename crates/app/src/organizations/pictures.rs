//! Logo and banner of an organisation.

use basalt_domain::{Image, ObjectId, Organization, policy::organization::Action};
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
        let spec = &PictureSpec::ORGANIZATION_LOGO;
        self.set_picture(caller, organization, spec, (uploaded, bbox), |organization| &mut organization.logo).await
    }

    /// Replaces the banner by an uploaded picture. Errors: `SignIn`, `Gone`, `Forbidden`, `Invalid`.
    pub async fn set_banner(
        &self,
        caller: &Caller,
        organization: &Organization,
        uploaded: Bytes,
        bbox: Option<BoundingBox>,
    ) -> Result<Organization, AppError> {
        let spec = &PictureSpec::BANNER;
        self.set_picture(caller, organization, spec, (uploaded, bbox), |organization| &mut organization.banner_image)
            .await
    }

    /// Makes the picture, names it in the document, and removes the files of the former one.
    async fn set_picture(
        &self,
        caller: &Caller,
        organization: &Organization,
        spec: &'static PictureSpec,
        (uploaded, bbox): (Bytes, Option<BoundingBox>),
        place: fn(&mut Organization) -> &mut Option<Image>,
    ) -> Result<Organization, AppError> {
        self.allow(caller, organization, Action::Edit)?;
        let picture = pictures::keep(&self.0, spec, uploaded, bbox).await?;
        let former = place(&mut organization.clone()).take();
        let changed = self.change(caller, organization.id, Action::Edit, None, |organization| {
            *place(organization) = Some(picture.clone());
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
