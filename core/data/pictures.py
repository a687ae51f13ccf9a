"""Pictures that people upload: decoded and written anew, so that nothing but pixels is given out."""

import secrets
from io import BytesIO
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

# The endings of the accepted formats, by their names in Pillow.
ENDINGS = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp"}
MEDIA_TYPES = ("image/jpeg", "image/png", "image/webp")
LARGEST_BYTES = 20_000_000
# 200 MB in memory, if each takes four bytes.
MOST_PIXELS = 50_000_000
QUALITY = 90
_MODES = {"L", "RGB", "RGBA"}


def random_name(instance: models.Model, name: str) -> str:
    """Return a file's path: its own name might be guessed, name a person, or be that of another file."""
    return f"products/{secrets.token_hex(16)}.{name.rpartition('.')[2]}"


def rewritten(upload: "File[Any]") -> SimpleUploadedFile:
    """
    Return an uploaded picture written anew, upright and without anything beside its pixels.

    Whatever else the file was at the same time, a page or a program, is lost, and so are the place and the device that
    took it. Raises ValidationError.
    """
    if (upload.size or 0) > LARGEST_BYTES:
        raise ValidationError(_("This picture is too large: 20 MB are allowed."), code="too_large")
    try:
        with Image.open(upload, formats=list(ENDINGS)) as picture:
            kind = str(picture.format)
            # Read from the file's head: a few bytes can declare a picture that fills the memory.
            if picture.width * picture.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            upright = ImageOps.exif_transpose(picture)
            if upright.mode not in _MODES or (kind == "JPEG" and upright.mode == "RGBA"):
                upright = upright.convert("RGBA" if upright.has_transparency_data and kind != "JPEG" else "RGB")
            upright.info.clear()
            content = BytesIO()
            upright.save(content, kind, quality=QUALITY)
    except Image.DecompressionBombError as error:
        text = _("This picture is too large: 50 million pixels are allowed.")
        raise ValidationError(text, code="too_large") from error
    except Exception as error:
        # Decoders raise whatever broken bytes lead them to: nothing of it is the shop's fault.
        raise ValidationError(
            _("This is no picture that can be read: use JPEG, PNG or WebP."), code="invalid"
        ) from error
    return SimpleUploadedFile(f"picture.{ENDINGS[kind]}", content.getvalue(), f"image/{kind.lower()}")


class PictureFormField(forms.FileField):
    """Takes pictures only, and passes them on rewritten."""

    widget = forms.ClearableFileInput(attrs={"accept": ",".join(MEDIA_TYPES)})

    def to_python(self, data: Any) -> Any:
        file = super().to_python(data)
        return rewritten(file) if file else file


class PictureField(models.FileField):
    """A file that forms fill with a rewritten picture under a random name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "upload_to": random_name})

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": PictureFormField, **kwargs})
