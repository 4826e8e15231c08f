"""Files inside a page that is to stand alone: pictures as addresses, scripts as text."""

import base64
import mimetypes


def as_data(path):
    """An address that holds the picture itself."""
    kind = mimetypes.guess_type(path.name)[0]
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def script_in(path):
    """The text of a script, or of a style sheet, that does not end the element it stands in."""
    return path.read_text(encoding="utf-8").replace("</script", r"<\/script")
