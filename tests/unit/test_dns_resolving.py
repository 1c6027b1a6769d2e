"""Asking: which responses are believed, what is remembered, the way down from the root."""

import random
from dataclasses import replace

import pytest

from onthewire.dns import (
    Edns,
    Message,
    Name,
    Question,
    Record,
    Unknown,
    codes,
    decode,
    encode,
)
from onthewire.dns.cache import LONGEST_NEGATIVE, Cache, Expiring
from onthewire.dns.errors import ResolutionFailed
from onthewire.dns.iterative import DEPTH, QUESTIONS, Iterative
from onthewire.dns.lab import LAB, ROOT_SERVER
from onthewire.dns.questions import Asked
from onthewire.dns.responder import Responder
from onthewire.dns.zonefile import read_records, read_zone

WWW = Question(Name.parse("www.bakery.test."), codes.A)
ADDRESS = tuple(read_records("www.bakery.test. 300 A 192.0.2.80"))


class Clock:
    now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


# Which response belongs to a question


def asked(seed=7, **options):
    return Asked(WWW, bits=random.Random(seed).getrandbits, **options)


def response_to(question, **changes):
    sent = decode(question.octets)
    fields = {"id": sent.id, "response": True, "questions": sent.questions, "answers": ADDRESS}
    return encode(Message(**{**fields, **changes}))


def test_a_question_has_a_random_id_and_case_and_says_what_it_takes():
    sent = [decode(asked(seed).octets) for seed in range(20)]
    assert len({message.id for message in sent}) > 15
    assert len({message.questions[0].name.wire for message in sent}) > 15
    assert all(message.questions == (WWW,) and message.recursion_desired for message in sent)
    assert sent[0].edns == Edns(1_232)


def test_the_response_comes_back_in_the_case_of_the_question():
    question = asked()
    sent = decode(question.octets).questions[0].name
    assert sent.wire != WWW.name.wire
    accepted = question.accept(response_to(question, answers=(Record(sent, 5, ADDRESS[0].data),)))
    assert accepted.answers[0].name.wire == WWW.name.wire
    assert accepted.questions[0].name.wire == WWW.name.wire


@pytest.mark.parametrize(
    "changes",
    [
        {"id": 1},
        {"response": False},
        {"questions": ()},
        {"questions": (Question(Name.parse("www.evil.test."), codes.A),)},
        {"questions": (Question(WWW.name, codes.MX),)},
        {"questions": (Question(WWW.name, codes.A, 3),)},
        {"questions": (WWW, WWW)},
        {"questions": (WWW,)},
    ],
)
def test_what_is_no_response_to_the_question_is_ignored(changes):
    question = asked()
    assert question.accept(response_to(question)) is not None
    assert question.accept(response_to(question, **changes)) is None


def test_octets_that_are_no_message_are_ignored():
    question = asked()
    assert question.accept(b"") is None
    assert question.accept(response_to(question)[:-1]) is None


def test_the_case_counts_only_where_it_was_mixed():
    question = asked(mixed_case=False)
    loud = (Question(Name.parse("WWW.bakery.test."), codes.A),)
    assert question.accept(response_to(question, questions=loud)) is not None


def test_a_server_that_could_not_read_the_question_does_not_repeat_it():
    question = asked()
    refusal = response_to(question, questions=(), answers=(), rcode=codes.FORMERR)
    assert question.accept(refusal).rcode == codes.FORMERR


# What is remembered


def test_an_answer_is_remembered_for_its_ttl(clock):
    cache = Cache(clock=clock)
    cache.put(ADDRESS)
    clock.now += 299.5
    known = cache.get(Name.parse("WWW.bakery.test."), codes.A)
    assert [record.ttl for record in known.records] == [0]
    assert cache.get(WWW.name, codes.AAAA) is None
    clock.now += 0.5
    assert cache.get(WWW.name, codes.A) is None and len(cache) == 0


def test_the_shortest_ttl_of_a_set_counts_and_the_ttl_goes_down(clock):
    cache = Cache(clock=clock)
    cache.put(list(read_records("a. 300 A 192.0.2.1\na. 100 A 192.0.2.2")))
    clock.now += 40
    assert [record.ttl for record in cache.get(Name.parse("a."), codes.A).records] == [60, 60]


def test_an_answer_with_ttl_0_is_not_remembered_and_ends_an_older_one(clock):
    cache = Cache(clock=clock)
    cache.put(ADDRESS)
    cache.put(list(read_records("www.bakery.test. 0 A 192.0.2.80")))
    assert cache.get(WWW.name, codes.A) is None


def test_nothing_is_remembered_longer_than_a_day(clock):
    cache = Cache(clock=clock)
    cache.put(list(read_records("a. 2147483647 A 192.0.2.1")))
    clock.now += 86_400
    assert cache.get(Name.parse("a."), codes.A) is None


def soa(ttl, minimum):
    return next(iter(read_records(f"bakery.test. {ttl} SOA a. b. 1 2 3 4 {minimum}")))


@pytest.mark.parametrize(("ttl", "minimum"), [(60, 9_999), (9_999, 60)])
@pytest.mark.parametrize("rcode", [codes.NXDOMAIN, codes.NOERROR])
def test_that_there_is_none_is_remembered(clock, ttl, minimum, rcode):
    cache = Cache(clock=clock)
    cache.put_negative(WWW.name, codes.A, rcode, soa(ttl, minimum))
    clock.now += 59
    known = cache.get(WWW.name, codes.A)
    assert (known.rcode, known.records, known.soa.ttl) == (rcode, (), 1)
    # NXDOMAIN is about the name, NOERROR about this type of it.
    assert (cache.get(WWW.name, codes.MX) is not None) is (rcode == codes.NXDOMAIN)
    clock.now += 1
    assert cache.get(WWW.name, codes.A) is None


def test_for_how_long_there_is_none_at_most(clock):
    cache = Cache(clock=clock)
    cache.put_negative(WWW.name, codes.A, codes.NXDOMAIN, soa(999_999, 999_999))
    clock.now += LONGEST_NEGATIVE
    assert cache.get(WWW.name, codes.A) is None


def test_without_a_soa_record_nothing_negative_is_remembered(clock):
    cache = Cache(clock=clock)
    cache.put_negative(WWW.name, codes.A, codes.NXDOMAIN, None)
    assert cache.get(WWW.name, codes.A) is None


def test_the_oldest_entry_goes_when_there_is_no_room(clock):
    kept = Expiring(2, clock)
    for key in "abc":
        kept.put(key, key, 10)
    kept.put("b", "B", 10)
    assert kept.get("a") is None and kept.get("b") == ("B", 10) and kept.get("c") == ("c", 10)
    assert len(kept) == 2


# The way down


class Net:
    """Servers at addresses: a zone, a function of the question, or None for one that is down."""

    def __init__(self, **servers):
        self.servers = {key.replace("_", "."): server for key, server in servers.items()}
        self.asked = []

    def responds(self, step):
        self.asked.append(f"{step.address} {step.question.name} {step.zone}")
        server = self.servers.get(step.address)
        if server is None:
            return None
        message = Message(questions=(step.question,))
        return server.response(message) if isinstance(server, Responder) else server(message)

    def resolve(self, iterative, text, kind=codes.A):
        steps = iterative.resolve(Question(Name.parse(text), kind))
        try:
            step = next(steps)
            while True:
                step = steps.send(self.responds(step))
        except StopIteration as end:
            return end.value


def lab(**changes):
    net = Net()
    for address, zones in LAB.items():
        net.servers[address] = Responder(read_zone(zone) for zone in zones)
    net.servers.update({key.replace("_", ".")[1:]: value for key, value in changes.items()})
    return net


@pytest.fixture
def iterative(clock):
    return Iterative([ROOT_SERVER], clock=clock)


def texts(records):
    return [str(record) for record in records]


def test_from_the_root_to_the_answer(iterative):
    net = lab()
    result = net.resolve(iterative, "www.bakery.test.")
    assert texts(result.answers) == [
        "www.bakery.test. 300 IN A 192.0.2.80",
        "www.bakery.test. 300 IN A 192.0.2.81",
    ]
    assert net.asked == [
        "192.0.2.1 www.bakery.test. .",
        "192.0.2.2 www.bakery.test. test.",
        "192.0.2.3 www.bakery.test. bakery.test.",
    ]
    assert result.asked == 3


def test_what_is_known_is_not_asked_again(iterative, clock):
    net = lab()
    net.resolve(iterative, "www.bakery.test.")
    assert net.resolve(iterative, "www.bakery.test.").asked == 0
    assert net.resolve(iterative, "mail.bakery.test.").asked == 1
    clock.now += 300
    assert net.resolve(iterative, "www.bakery.test.").asked == 1
    clock.now += 3_600
    assert net.resolve(iterative, "www.bakery.test.").asked == 2


def test_an_alias_into_another_zone(iterative):
    net = lab()
    result = net.resolve(iterative, "shop.bakery.test.")
    assert texts(result.answers) == [
        "shop.bakery.test. 300 IN CNAME front.ovens.test.",
        "front.ovens.test. 300 IN A 192.0.2.90",
    ]
    again = net.resolve(iterative, "shop.bakery.test.")
    assert texts(again.answers) == texts(result.answers) and again.asked == 0
    assert len(net.resolve(iterative, "shop.bakery.test.", codes.CNAME).answers) == 1


def test_there_is_none_and_that_is_remembered(iterative):
    net = lab()
    nothing = net.resolve(iterative, "nope.bakery.test.")
    assert nothing.rcode == codes.NXDOMAIN and len(nothing.authorities) == 1
    assert net.resolve(iterative, "nope.bakery.test.", codes.TXT).rcode == codes.NXDOMAIN
    assert len(net.asked) == 3
    no_data = net.resolve(iterative, "mail.bakery.test.", codes.TXT)
    assert (no_data.rcode, no_data.answers, len(no_data.authorities)) == (codes.NOERROR, [], 1)
    assert net.resolve(iterative, "mail.bakery.test.", codes.TXT).asked == 0


def test_the_second_server_answers_where_the_first_is_down(iterative):
    result = lab(_192_0_2_3=None).resolve(iterative, "www.bakery.test.")
    assert len(result.answers) == 2 and result.asked > 3


@pytest.mark.parametrize("rcode", [codes.SERVFAIL, codes.REFUSED, codes.FORMERR])
def test_the_second_server_answers_where_the_first_does_not_know(iterative, rcode):
    lame = lab(_192_0_2_3=says(rcode=rcode))
    assert len(lame.resolve(iterative, "www.bakery.test.").answers) == 2


def test_no_server_at_all(iterative):
    with pytest.raises(ResolutionFailed, match=r"no server of \. gives an answer"):
        Net().resolve(iterative, "www.bakery.test.")


def says(authorities="", additionals="", answers="", **fields):
    parts = [tuple(read_records(part)) for part in (answers, authorities, additionals)]

    def respond(query):
        return Message(
            response=True,
            questions=query.questions,
            answers=parts[0],
            authorities=parts[1],
            additionals=parts[2],
            **fields,
        )

    return respond


def test_addresses_for_names_outside_of_the_zone_are_not_believed(iterative):
    """The server of bakery.test. gives an address for a server of another zone."""
    net = lab(
        _192_0_2_3=says(
            "sub.bakery.test. 60 NS front.ovens.test.", "front.ovens.test. 60 A 6.6.6.6"
        )
    )
    with pytest.raises(ResolutionFailed):
        net.resolve(iterative, "x.sub.bakery.test.")
    assert not any(line.startswith("6.6.6.6") for line in net.asked)
    assert "192.0.2.90 x.sub.bakery.test. sub.bakery.test." in net.asked


def test_records_of_other_names_in_an_answer_are_not_believed(iterative):
    answers = "www.bakery.test. 60 A 192.0.2.80\n"
    answers += "front.ovens.test. 60 A 6.6.6.6\nx.bakery.test. 9 A 6.6.6.6"
    net = lab(_192_0_2_3=says(answers=answers, authoritative=True))
    assert len(net.resolve(iterative, "www.bakery.test.").answers) == 1
    assert iterative.cache.get(Name.parse("front.ovens.test."), codes.A) is None
    assert iterative.cache.get(Name.parse("x.bakery.test."), codes.A) is None


def test_an_answer_of_all_types_is_remembered_by_type(iterative):
    answers = "www.bakery.test. 60 A 192.0.2.80\nwww.bakery.test. 60 MX 1 mail.bakery.test."
    net = lab(_192_0_2_3=says(answers=answers, authoritative=True))
    assert len(net.resolve(iterative, "www.bakery.test.", codes.ANY).answers) == 2
    for kind in (codes.A, codes.MX):
        result = net.resolve(iterative, "www.bakery.test.", kind)
        assert [one.type for one in result.answers] == [kind] and result.asked == 0


def test_servers_of_another_class_are_no_referral(iterative):
    def other_class(query):
        (record,) = read_records("www.bakery.test. 60 NS ns.bakery.test.")
        record = replace(record, data=Unknown(codes.NS, b"\0"), rclass=3)
        return replace(says()(query), authorities=(record,))

    net = lab(_192_0_2_3=other_class)
    assert net.resolve(iterative, "www.bakery.test.").asked == 4


def test_an_alias_is_believed_and_what_it_leads_to_only_in_the_zone(iterative):
    answers = "shop.bakery.test. 60 CNAME front.ovens.test.\nfront.ovens.test. 60 A 6.6.6.6"
    net = lab(_192_0_2_3=says(answers=answers, authoritative=True))
    assert texts(net.resolve(iterative, "shop.bakery.test.").answers)[1].endswith("192.0.2.90")


@pytest.mark.parametrize(
    "referral",
    ["test. 60 NS ns.nic.test.", ". 60 NS a.root.test.", "ovens.test. 60 NS ns2.ovens.test."],
)
def test_referrals_that_lead_up_or_away_are_no_use(iterative, referral):
    net = lab(_192_0_2_3=says(referral), _192_0_2_4=says(referral))
    with pytest.raises(ResolutionFailed, match=r"no server of bakery\.test\. gives an answer"):
        net.resolve(iterative, "www.bakery.test.")


def test_aliases_in_a_ring_end(iterative):
    def ring(query):
        name = query.questions[0].name
        other = "b.ovens.test." if str(name) == "a.bakery.test." else "a.bakery.test."
        return says(answers=f"{name} 0 CNAME {other}", authoritative=True)(query)

    with pytest.raises(ResolutionFailed, match="more than 8 aliases"):
        lab(_192_0_2_3=ring, _192_0_2_4=ring).resolve(iterative, "a.bakery.test.")


def test_a_ring_within_one_zone_ends(iterative):
    ring = "a.bakery.test. 5 CNAME b.bakery.test.\nb.bakery.test. 5 CNAME a.bakery.test."
    with pytest.raises(ResolutionFailed, match="aliases"):
        lab(_192_0_2_3=says(answers=ring)).resolve(iterative, "a.bakery.test.")


def test_work_is_bounded_against_referrals_without_end(iterative):
    """Each answer refers to one more label, and to servers that have to be found first."""

    def deeper(query):
        name = query.questions[0].name
        servers = "".join(f"{name} 60 NS ns{n}.{n}.bakery.test.\n" for n in range(20))
        return says(servers)(query)

    net = lab(_192_0_2_3=deeper, _192_0_2_4=deeper)
    with pytest.raises(ResolutionFailed):
        net.resolve(iterative, ".".join("abcdefghijk") + ".bakery.test.")
    assert len(net.asked) <= QUESTIONS


def test_two_zones_whose_servers_are_in_each_other(iterative):
    net = lab(
        _192_0_2_2=says("one.test. 60 NS ns.two.test.\ntwo.test. 60 NS ns.one.test."),
    )
    with pytest.raises(ResolutionFailed):
        net.resolve(iterative, "www.one.test.")
    assert len(net.asked) <= 3 * (DEPTH + 1)


def test_a_zone_whose_server_is_in_itself_and_has_no_address(iterative):
    net = lab(_192_0_2_2=says("one.test. 60 NS ns.one.test."))
    with pytest.raises(ResolutionFailed):
        net.resolve(iterative, "www.one.test.")


def test_several_root_servers():
    roots = [(Name.parse("a.root."), "192.0.2.9"), (Name.parse("b.root."), "192.0.2.1")]
    net = lab()
    assert net.resolve(Iterative(roots), "www.bakery.test.").asked == 4


def test_no_such_name_behind_an_alias(iterative):
    answers = "shop.bakery.test. 60 CNAME x.bakery.test."
    end = "bakery.test. 60 SOA a. b. 1 2 3 4 5"
    net = lab(_192_0_2_3=says(end, answers=answers, rcode=codes.NXDOMAIN, authoritative=True))
    result = net.resolve(iterative, "shop.bakery.test.")
    assert (result.rcode, len(result.answers), len(result.authorities)) == (codes.NXDOMAIN, 1, 1)
    assert result.asked == 3
    assert iterative.cache.get(Name.parse("x.bakery.test."), codes.A).rcode == codes.NXDOMAIN
    assert net.resolve(iterative, "shop.bakery.test.").rcode == codes.NXDOMAIN
