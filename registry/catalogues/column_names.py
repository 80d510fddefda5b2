"""What columns are called in English, German, French and Spanish, in sheets of labels, distributors and societies.

Names are kept as `plain_name` writes them: lower case, no accents, one space between words.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "title": (
        "title", "track", "track title", "track name", "song", "song title", "song name", "name", "work title",
        "recording title", "display title", "titel", "titelname", "songtitel", "tracktitel", "werktitel", "lied",
        "liedtitel", "titre", "titre du morceau", "titre de la piste", "titre de l oeuvre", "morceau", "chanson",
        "piste", "titulo", "titulo de la cancion", "titulo de la pista", "titulo de la obra", "cancion", "pista",
        "tema", "obra",
    ),
    "version": (
        "version", "mix", "mix name", "mix version", "subtitle", "title version", "untertitel", "sous titre",
        "subtitulo",
    ),
    "artist": (
        "artist", "artists", "display artist", "main artist", "primary artist", "performer", "band", "kunstler",
        "kuenstler", "interpret", "interpreten", "hauptkunstler", "artiste", "artiste principal", "interprete",
        "artista", "artista principal", "contributor", "contributors",
    ),
    "kind": (
        "kind", "type", "work type", "resource type", "art", "typ", "werkart", "genre d oeuvre", "nature",
        "tipo", "clase",
    ),
    "isrc": ("isrc", "isrc code", "track isrc", "isrc nr", "code isrc", "codigo isrc", "isrcs"),
    "iswc": ("iswc", "iswc code", "code iswc", "codigo iswc", "iswcs"),
    "upc": (
        "upc", "ean", "upc ean", "ean upc", "upc code", "ean code", "gtin", "icpn", "barcode", "bar code",
        "barcode upc",
        "release upc", "album upc", "product code", "strichcode", "code barres", "code a barres", "code ean",
        "codigo de barras", "codigo ean", "codigo upc",
    ),
    "grid": ("grid", "grid code", "release grid"),
    "isbn": ("isbn", "isbn 13", "isbn13", "isbn 10"),
    "issn": ("issn",),
    "ismn": ("ismn",),
    "isan": ("isan", "eidr isan"),
    "doi": ("doi",),
    "iscc": ("iscc", "iscc code"),
    "url": (
        "url", "urls", "link", "links", "web", "website", "web page", "address", "adresse", "webadresse",
        "internetadresse",
        "lien", "liens", "adresse web", "enlace", "enlaces", "direccion web", "spotify", "spotify url", "apple music",
        "youtube", "youtube url", "soundcloud", "bandcamp", "deezer", "audio url",
    ),
    "sha256": ("sha256", "sha 256", "hash", "checksum", "prufsumme", "empreinte"),
    "sha512": ("sha512", "sha 512"),
    "blake3": ("blake3",),
    "identifier": (
        "identifier", "identifiers", "id", "ids", "kennung", "kennungen", "identifiant", "identifiants",
        "identificador", "identificadores",
    ),
    "release_title": (
        "release", "release title", "release name", "album", "album title", "album name", "product", "product title",
        "veroffentlichung", "albumtitel", "titel der veroffentlichung", "parution", "titre de l album", "titre album",
        "lanzamiento", "titulo del album", "disco",
    ),
    "composition_title": (
        "composition", "composition title", "musical work", "musical work title", "werk", "komposition", "oeuvre",
        "titre de la composition", "composicion", "titulo de la composicion",
    ),
}  # fmt: skip
"""Field → names of its columns."""

KIND_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "recording": (
        "recording", "sound recording", "soundrecording", "audio", "track", "song", "single track", "aufnahme",
        "tonaufnahme",
        "titel", "lied", "enregistrement", "morceau", "piste", "chanson", "grabacion", "fonograma", "pista",
        "cancion",
    ),
    "composition": (
        "composition", "musical work", "work", "song writing", "komposition", "werk", "musikwerk", "oeuvre",
        "oeuvre musicale",
        "composicion", "obra", "obra musical",
    ),
    "release": (
        "release", "album", "single", "ep", "lp", "compilation", "product", "bundle", "veroffentlichung",
        "produkt", "parution", "produit",
        "lanzamiento", "disco", "producto",
    ),
    "video": ("video", "music video", "musikvideo", "clip", "videoclip", "video musical"),
    "image": ("image", "picture", "photo", "artwork", "cover", "bild", "foto", "imagen", "dibujo"),
    "text": (
        "text", "lyrics", "book", "article", "liedtext", "buch", "texte", "paroles", "livre", "texto", "letra",
        "libro",
    ),
    "performance": ("performance", "live performance", "auftritt", "darbietung", "representation", "actuacion"),
    "software": ("software", "program", "programm", "logiciel", "programa"),
}  # fmt: skip
"""Kind of work → what its rows say of it."""

_NO_WORD: Final = re.compile(r"[^a-z0-9]+")


def plain_name(name: str) -> str:
    """A name without case, accents and marks: `Künstler/in` → `kunstler in`."""
    decomposed = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe"))
    kept = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _NO_WORD.sub(" ", kept).strip()


def _by_name(table: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {name: meaning for meaning, names in table.items() for name in names}


FIELD_OF: Final = _by_name(NAMES)
KIND_OF: Final = _by_name(KIND_NAMES)
