"""``python -m docs.generate`` writes the generated parts of the pages anew."""

from docs.generate.pages import FOLDER, PAGES, filled


def main() -> None:
    """Write them."""
    for name in PAGES:
        page = FOLDER / name
        page.write_text(filled(page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
