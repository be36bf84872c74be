from tests.docs.openapi import PAGE, page


def test_the_description_of_the_interface_is_up_to_date() -> None:
    """Whoever changes what others call sees it in the review of one file; `make openapi` writes it."""
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make openapi`, and say why in CHANGELOG.md"
