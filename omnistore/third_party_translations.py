"""Texts of other apps that their catalogues lack in a language of the shop, or word differently than the shop."""

from collections.abc import Iterable

from django.db.models import Model
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

# Tables and columns whose names their apps do not translate, or that have no name but that of the code.
NAMELESS = (
    _("authenticator"),
    _("authenticators"),
    _("user session"),
    _("user sessions"),
    _("user"),
    _("type"),
    _("created at"),
    _("last used at"),
    _("last seen at"),
    _("ip"),
    _("user agent"),
    _("Task Name"),
)

TIMETABLE = (
    _("Periodic Tasks"),
    _("periodic task"),
    _("periodic tasks"),
    _("clocked"),
    _("crontab"),
    _("crontabs"),
    _("interval"),
    _("intervals"),
    _("solar event"),
    _("solar events"),
    _("Enabled"),
    _("Interval Schedule"),
    _("Start Datetime"),
    _("Last Run Datetime"),
    _("One-off Task"),
    _("Enable selected tasks"),
    _("Disable selected tasks"),
    _("Toggle activity of selected tasks"),
    _("Run selected tasks"),
)

# The same text as on the shop's own button.
BACK_OFFICE = (
    _("Save as new"),
    _("Save and add another"),
    _("Save and continue editing"),
    _("Save and view"),
)

# Their German uses “du” where the shop uses “Sie”; their Persian sometimes does the equivalent.
ACCOUNTS = (
    _("You cannot remove your primary email address."),
    _("Please type your current password."),
    _("You cannot add more than %d email addresses."),
    _("Your primary email address must be verified."),
    _("Username can not be used. Please use other username."),
    _("Please select only one."),
    _("Be patient, you are sending too many requests."),
    _("You must type the same password each time."),
    _("You must type the same email each time."),
    _("Your phone number is still pending verification."),
    _("Forgotten your password? Enter your email address below, and we'll send you an email allowing you to reset it."),
    _("Please contact us if you have any trouble resetting your password."),
    _('Please confirm that <a href="mailto:%(email)s">%(email)s</a> is an email address for user %(user_display)s.'),
    _(
        'This email confirmation link expired or is invalid. Please <a href="%(email_url)s">issue a new '
        "email confirmation request</a>."
    ),
    _("Already have an account? Then please %(link)ssign in%(end_link)s."),
    _("Verify Your Email Address"),
    _(
        "This part of the site requires us to verify that\nyou are who you claim to be. For this purpose, we "
        "require that you\nverify ownership of your email address. "
    ),
    _(
        "We have sent an email to you for\nverification. Please click on the link inside that email. If you "
        "do not see the verification email in your main inbox, check your spam folder. Otherwise\ncontact us "
        "if you do not receive it within a few minutes."
    ),
    _('<strong>Note:</strong> you can still <a href="%(email_url)s">change your email address</a>.'),
    _(
        "We have sent an email to you for verification. Follow the link provided to finalize the signup "
        "process. If you do not see the verification email in your main inbox, check your spam folder. "
        "Please contact us if you do not receive the verification email within a few minutes."
    ),
    _("If you have not created an account yet, then please %(link)ssign up%(end_link)s first."),
    _(
        "The password reset link was invalid, possibly because it has already been used.  Please request a "
        '<a href="%(passwd_reset_url)s">new password reset</a>.'
    ),
    _("Your password is now changed."),
    _("Do you really want to remove the selected email address?"),
    _("Are you sure you want to sign out?"),
    _(
        "We have sent you an email. If you have not received it please check your spam folder. Otherwise "
        "contact us if you do not receive it in a few minutes."
    ),
    _("Your email address is still pending verification."),
    _(
        "You currently do not have any email address set up. You should really add an email address so you "
        "can receive notifications, reset your password, etc."
    ),
    _("You are already logged in as %(user_display)s."),
    _(
        "You're receiving this email because you or someone else has requested a password reset for your "
        "user account.\nIt can be safely ignored if you did not request a password reset. Click the link "
        "below to reset your password."
    ),
    _("In case you forgot, your username is %(username)s."),
    _(
        "You are receiving this email because you or someone else tried to signup for an\naccount using "
        "email address:\n\n%(email)s\n\nHowever, an account using that email address already exists.  In "
        "case you have\nforgotten about this, please use the password forgotten procedure to recover\nyour "
        "account:\n\n%(password_reset_url)s"
    ),
    _("Please Confirm Your Email Address"),
    _("Thank you for using %(site_name)s!\n%(site_domain)s"),
    _("Your password has been changed."),
    _("You cannot remove your primary email address (%(email)s)."),
    _("You have signed out."),
    _("You have confirmed %(email)s."),
    _("You are about to deactivate authenticator app based authentication. Are you sure?"),
    _("You are about to generate a new set of recovery codes for your account."),
)

# They would replace Django's own texts on every form.
FIELDS = (
    _("Enter a valid email address."),
    _("Enter a valid URL."),
    _('Enter a valid "slug" consisting of letters, numbers, underscores or hyphens.'),
    _('Enter a valid "slug" consisting of Unicode letters, numbers, underscores, or hyphens.'),
)


def translate_names(models: Iterable[type[Model]]) -> None:
    """Let tables of other apps, and their columns, be called as NAMELESS says in the language of whoever looks."""
    for model in models:
        # Migrations are made from what the app itself has written, which stays as it is.
        for named, attribute in (
            (model._meta, "verbose_name"),
            (model._meta, "verbose_name_plural"),
            *((field, "verbose_name") for field in model._meta.local_fields),
        ):
            if getattr(named, attribute) in NAMELESS:
                setattr(named, attribute, gettext_lazy(str(getattr(named, attribute))))
