"""POST preprocess-image and validate-image: photos in, and what they can be used for."""

import asyncio
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from fastapi import APIRouter, Request
from sqlalchemy import Connection

from modera_bot import images
from modera_bot.bot.keyboards import photo_key
from modera_bot.bot.turn import Services
from modera_bot.contracts import PhotoReport, Role
from modera_bot.db import pictures
from modera_bot.db.pictures import PictureRow
from modera_bot.db.schema import now
from modera_bot.images import Normalised
from modera_bot.web.contract import UserInQuery
from modera_bot.web.errors import explained
from modera_bot.web.fashion.access import begin_once, ensure_consent, own_picture
from modera_bot.web.fashion.models import ImageOfPerson, Picture, RoleFault, Validity

UPLOAD = "/preprocess-image"
_PICTURE = {"schema": {"type": "string", "format": "binary"}}
_BODY = {"requestBody": {"required": True, "content": {"image/*": _PICTURE}}}


def add_routes(routes: APIRouter, services: Services) -> None:
    @routes.post(UPLOAD, status_code=201, openapi_extra=_BODY)
    async def preprocess_image(request: Request, user_id: UserInQuery) -> Picture:
        """Take a photo of a person's in: upright, in sRGB, without metadata, as a plain JPEG.

        The body is the picture itself. The same photo twice is kept once.
        """
        await services.database.run(ensure_consent, services, user_id)
        limit = services.settings.limits.upload_bytes
        normalised = await services.draw(
            services.pool.run, images.normalise, await request.body(), max_bytes=limit
        )
        report = await services.draw(services.inspector.inspect, normalised.data)
        key = photo_key(user_id, uuid5(NAMESPACE_URL, f"{user_id}/{normalised.sha256}").hex)
        await asyncio.to_thread(services.storage.put, key, normalised.data, "image/jpeg")
        row = await begin_once(services, _record, services, user_id, key, normalised, report)
        return Picture(
            image_url=key,
            signed_url=services.storage.url(key),
            width=row.width,
            height=row.height,
            expires_at=row.expires_at,
        )

    @routes.post("/validate-image")
    async def validate_image(body: ImageOfPerson) -> Validity:
        """What a photo can be used for, and why not."""
        picture = await services.database.run(own_picture, services, body.user_id, body.image_url)
        report = picture.report
        if report is None:  # a result, which nobody has looked at yet
            data = await asyncio.to_thread(services.storage.get, picture.key)
            report = await services.draw(services.inspector.inspect, data)
        return _validity(report)


def _record(
    connection: Connection,
    services: Services,
    user_id: int,
    key: str,
    normalised: Normalised,
    report: PhotoReport,
) -> PictureRow:
    """Write down whose the stored photo is.

    Raises ApiError if the person is gone meanwhile; housekeeping removes what nobody owns.
    """
    ensure_consent(connection, services, user_id)
    pictures.remove(connection, key)  # it came before; its days begin anew
    pictures.add(
        connection,
        key=key,
        user_id=user_id,
        purpose="photo",
        sha256=normalised.sha256,
        width=normalised.width,
        height=normalised.height,
        report=report,
        expires_at=now() + timedelta(days=services.settings.privacy.keep_days),
    )
    row = pictures.get(connection, key)
    assert row is not None
    return row


def _validity(report: PhotoReport) -> Validity:
    codes = {role: report.fault(role) for role in (Role.PERSON, Role.GARMENT)}
    faults = [
        RoleFault(role=role, code=code, message=explained(code))
        for role, code in codes.items()
        if code is not None
    ]
    return Validity(
        valid_as_person=codes[Role.PERSON] is None,
        valid_as_garment=codes[Role.GARMENT] is None,
        role=report.role,
        category=report.category,
        people=report.people,
        width=report.width,
        height=report.height,
        notices=report.notices,
        faults=tuple(faults),
    )
