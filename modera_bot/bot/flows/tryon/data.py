"""What a try-on session knows: the shape of `fashion_sessions.input_data`."""

from __future__ import annotations

from typing import Any

from modera_bot.bot.flows.data import SessionData
from modera_bot.contracts import Category, GarmentRef, Role


class TryOnData(SessionData):
    """Keys are storage keys. `also_key` is a second garment, worn together with the first.

    `swappable` tells that each of the two photos could be what the other is. `person_at` is a
    point (x, y in shares of the photo) on who is meant, where several people are in it.
    """

    session_type = "tryon"

    person_key: str | None = None
    person_at: tuple[float, float] | None = None
    garment_key: str | None = None
    category: Category | None = None
    also_key: str | None = None
    also_category: Category | None = None
    swappable: bool | None = None
    preview_message_id: int | None = None
    preview_forming: bool | None = None  # it shows half a picture, which is to stay with nobody

    @property
    def known(self) -> frozenset[Role]:
        """Roles for which there is a photo."""
        keys = {Role.PERSON: self.person_key, Role.GARMENT: self.garment_key}
        return frozenset(role for role, key in keys.items() if key)

    @property
    def missing(self) -> Role | None:
        """The photo to ask for next; the garment first. None: both are there."""
        if not self.garment_key:
            return Role.GARMENT
        return None if self.person_key else Role.PERSON

    def with_photo(self, role: Role, key: str, category: Category | None = None) -> TryOnData:
        """The same with another photo in a role."""
        if role is Role.PERSON:
            return self.with_person(key, None)
        kept = self.model_copy(update={"garment_key": key, "category": category})
        if kept.person_key == key:  # it was taken for the person
            kept = kept.without(Role.PERSON)
        return kept.without_second()

    def with_second(self, key: str, category: Category) -> TryOnData:
        """The same with a garment to be worn with the first one."""
        return self.model_copy(update={"also_key": key, "also_category": category})

    def without_second(self) -> TryOnData:
        """The same with one garment at most."""
        return self.model_copy(update={"also_key": None, "also_category": None})

    def swapped(self, category: Category | None) -> TryOnData:
        """The same with the photos in each other's role; the new garment is of `category`."""
        changes = {"person_key": self.garment_key, "garment_key": self.person_key}
        return self.model_copy(update=changes | {"person_at": None, "category": category})

    @property
    def correctable(self) -> str | None:
        """The garment whose kind can be corrected; those of a look fit together as they are."""
        return None if self.also_key else self.garment_key

    @property
    def garments(self) -> tuple[GarmentRef, ...]:
        """The garments to be tried on."""
        both = ((self.garment_key, self.category), (self.also_key, self.also_category))
        return tuple(GarmentRef(key=key, category=kind) for key, kind in both if key)

    def with_person(self, key: str, at: tuple[float, float] | None) -> TryOnData:
        """The same with another photo of a person, of whom it may show where they are."""
        kept = self.without(Role.GARMENT) if self.garment_key == key else self
        return kept.model_copy(update={"person_key": key, "person_at": at})

    def without(self, *roles: Role) -> TryOnData:
        """The same with the photos of some roles forgotten."""
        update: dict[str, Any] = {}
        if Role.PERSON in roles:
            update |= {"person_key": None, "person_at": None}
        if Role.GARMENT in roles:
            update |= {"garment_key": None, "category": None}
            update |= {"also_key": None, "also_category": None}
        return self.model_copy(update=update)

    def at_rest(self) -> TryOnData:
        """The photos alone, without what belongs to a running job or to waiting for consent."""
        return TryOnData(
            person_key=self.person_key,
            person_at=self.person_at,
            garment_key=self.garment_key,
            category=self.category,
            also_key=self.also_key,
            also_category=self.also_category,
        )
