"""What hosted models are asked. English: they follow it best, and nobody but them reads it."""

from collections.abc import Sequence

from modera_bot.contracts import Category

WHAT = {
    Category.TOPS: "a top (shirt, sweater or jacket)",
    Category.BOTTOMS: "a bottom (trousers, shorts or a skirt)",
    Category.ONE_PIECES: "a one-piece (a dress or overalls)",
}
PARTS = {
    Category.TOPS: "the clothing of the upper body",
    Category.BOTTOMS: "the clothing of the lower body",
    Category.ONE_PIECES: "the clothing of the upper and lower body",
}
KEEP = (
    "face, expression and head",
    "hair",
    "skin tone, body shape and proportions",
    "pose, arms, hands and fingers",
    "all other clothing, shoes and jewellery",
    "background, framing, crop, camera angle and light",
)


def tryon(categories: Sequence[Category]) -> str:
    """Dress the person of image 1 in the garments of the images that follow."""
    parts = " and ".join(PARTS[category] for category in dict.fromkeys(categories))
    garments = [
        f"Image {number}: the garment to wear, {WHAT[category]}, as a product photo."
        for number, category in enumerate(categories, start=2)
    ]
    wanted = " and ".join(f"the garment of image {number + 2}" for number in range(len(garments)))
    return "\n".join(
        [
            "Image 1: a photo of the person.",
            *garments,
            "",
            f"Edit image 1: show the same person wearing {wanted}. Change only {parts}.",
            "Show each garment exactly as in its image: cut, colour, fabric, pattern, print,"
            " collar, sleeves, length and fastenings.",
            "Let it drape naturally with real folds, fall over the body in its true size, go"
            " behind hands, hair and whatever is in front, and take the light and shadows of"
            " image 1.",
            "",
            f"Keep exactly as in image 1: {'; '.join(KEEP)}.",
            "Add no accessories, no text, no logo that the garment does not have, no border."
            " Show no other person and no second view.",
            "",
            f"Once more: only {parts} may change. {KEEP[0].capitalize()}, {', '.join(KEEP[1:])}"
            " stay as they are in image 1, at the same place and size in the picture.",
        ]
    )


LANGUAGES = {"en": "English", "ru": "Russian"}


def fit(category: Category, language: str) -> str:
    """How the garment of image 2 would fit the person of image 1."""
    return (
        f"Image 1: a person. Image 2: a garment, {WHAT[category]}. Judge how this garment, in the"
        " size and cut that its image shows, would fit this person at shoulders, chest, waist and"
        ' in length (too short is "tight", too long is "loose"). Say "unknown" wherever the images'
        " don't tell; a garment without that part is unknown there, too. Then one piece of advice"
        f" on size or styling, in {LANGUAGES.get(language, 'English')}, one sentence, kind, about"
        " the garment and not about the body."
    )


DESCRIBE_PERSON = (
    "Describe this photo so that an illustrator who can't see it could paint it again: the"
    " person's apparent age group, build, skin tone, hair, face, expression, pose, hands; the"
    " framing and camera; the background; the light; all clothing and shoes. No names, no"
    " guesses about who it is."
)
DESCRIBE_GARMENT = (
    "Describe this garment so that a tailor who can't see it could make it again: kind, cut,"
    " length, sleeves, collar, fastenings, colours, fabric, pattern, prints and where they are."
)


def generated(person: str, garments: Sequence[str], categories: Sequence[Category]) -> str:
    """The same for models that see no pictures."""
    parts = " and ".join(PARTS[category] for category in dict.fromkeys(categories))
    wanted = "\n".join(f"- {garment}" for garment in garments)
    return (
        f"A realistic photo of this person:\n{person}\n\n"
        f"Instead of {parts} described above, the person wears:\n{wanted}\n\n"
        f"Everything else is as described: {'; '.join(KEEP)}. Add no accessories and no text."
    )
