from django.core.management import call_command


def test_the_page_of_lifecycles_is_drawn_as_the_rules_are():
    call_command("lifecycles", check=True)
