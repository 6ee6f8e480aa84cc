import pytest

from ontology.language import Unspeakable
from ontology.sl.parser import parse
from ontology.sl.profiles import Profile, check, profile_of

CASES = [
    ("()", Profile.SL0),
    ("(true)", Profile.SL0),
    ("((action a (f :x 1)))", Profile.SL0),
    ("((done (action a b)))", Profile.SL0),
    ("((result (action a b) (set 1 2)))", Profile.SL0),
    ("((p (sequence 1) 20261124T150000000Z))", Profile.SL0),
    ("((not (p 1)))", Profile.SL1),
    ("((and (p 1) (or (p 1) (p 2))))", Profile.SL1),
    ("((p 1) (not (p 1)))", Profile.SL1),
    ("((implies (p 1) (p 2)))", Profile.SL2),
    ("((equiv (p 1) (p 2)))", Profile.SL2),
    ("((p ?x))", Profile.SL2),
    ("((= 1 1))", Profile.SL2),
    ("((iota ?x (p ?x)))", Profile.SL2),
    ("((p (any ?x (p ?x))))", Profile.SL2),
    ("((p (f :x (all ?x (p ?x)))))", Profile.SL2),
    ("((| (action a b) (action a c)))", Profile.SL2),
    ("((p (; (action a b) (action a c))))", Profile.SL2),
    ("((feasible (action a b)))", Profile.SL2),
    ("((done (action a b) (p 1)))", Profile.SL2),
    ("((B a (p 1)))", Profile.SL2),
    ("((forall ?x (p ?x)))", Profile.SL2),
    ("((forall ?x (forall ?y (exists ?z (exists ?w (p ?x))))))", Profile.SL2),
    ("((B a (forall ?x (p ?x))))", Profile.SL2),
    ("((feasible (action a b) (exists ?x (p ?x))))", Profile.SL2),
    ("((exists ?x (forall ?y (p ?x ?y))))", Profile.SL),
    ("((forall ?x (exists ?y (forall ?z (p ?x)))))", Profile.SL),
    ("((not (forall ?x (p ?x))))", Profile.SL),
    ("((and (p 1) (exists ?x (p ?x))))", Profile.SL),
    ("((iota ?x (forall ?y (p ?x ?y))))", Profile.SL),
    ("((forall ?x (not (exists ?y (p ?x)))))", Profile.SL),
]


@pytest.mark.parametrize(("text", "profile"), CASES)
def test_a_content_has_the_smallest_profile_that_holds_it(text: str, profile: Profile) -> None:
    content = parse(text)
    assert profile_of(content) is profile
    for each in Profile:
        if each >= profile:
            check(content, each)
        else:
            with pytest.raises(Unspeakable, match=f"{each.language} has no"):
                check(content, each)


def test_profiles_have_fipas_names() -> None:
    assert [profile.language for profile in Profile] == ["fipa-sl0", "fipa-sl1", "fipa-sl2", "fipa-sl"]
