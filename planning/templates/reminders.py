"""Templates of the intents about reminders and time."""

from ontology.assistant.actions import CancelReminder, ListReminders, SetReminder, TellTime
from ontology.assistant.goals import Goal, Wish
from planning.templates.registry import needed, optional, template
from planning.templates.spans import moment


@template("set_reminder")
def set_reminder(wish: Wish, goal: Goal) -> SetReminder:
    """Remind the person of ``what`` at ``when``, perhaps ``instead_of`` a reminder that they correct."""
    text = needed(wish, "what", "Please say what I should remind you of.")
    when = moment(wish, goal)
    return SetReminder(
        owner=goal.person,
        text=text,
        due=when.at,
        zone=goal.zone,
        rrule=when.rrule,
        instead_of=optional(wish, "instead_of"),
    )


@template("list_reminders")
def list_reminders(_wish: Wish, goal: Goal) -> ListReminders:
    """List the person's reminders."""
    return ListReminders(owner=goal.person)


@template("cancel_reminder")
def cancel_reminder(wish: Wish, goal: Goal) -> CancelReminder:
    """Cancel the reminders that ``which`` names."""
    which = needed(wish, "which", "Please say which reminder to cancel, or 'all'.")
    return CancelReminder(owner=goal.person, which=which)


@template("ask_time")
def ask_time(wish: Wish, goal: Goal) -> TellTime:
    """Tell the time here or at ``place``."""
    return TellTime(zone=goal.zone, place=optional(wish, "place"))
