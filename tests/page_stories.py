"""Three invented stories, and what a site puts around them: what tests/page_templates.py makes pages of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Story:
    """An invented story.

    ``paragraphs`` are its body, ``quote`` a sentence of it that sites repeat in large type, ``bullets`` a list of its
    main points, ``posts`` the same news as a live blog tells it (clock, headline, paragraphs), the latest first.
    """

    slug: str
    headline: str
    standfirst: str
    authors: tuple[str, ...]
    place: str
    paragraphs: tuple[str, ...]
    heading: str
    second_heading: str
    quote: str
    bullets: tuple[str, ...]
    caption: str
    posts: tuple[tuple[str, str, tuple[str, ...]], ...]


FERRY = Story(
    slug="vika-ferry-returns",
    headline="Vika ferry sails again after eleven months in dock",
    standfirst="Islanders had paid for a private boat while inspectors argued over a weld",
    authors=("Ida Holm", "Olof Brandt"),
    place="VIKA",
    paragraphs=(
        "The ferry between Vika and the outer islands sailed again on Thursday, eleven months after an inspector found "
        "a crack in its hull. Some 240 people stood on the quay to see it leave.",
        "“We have had a winter of rowing boats and bad tempers,” said Mina Karlsson, who keeps the shop on Ask. “I "
        "do not want another.”",
        "The repair cost 3.1 million crowns, a third more than the county had set aside for it. The rest was paid out "
        "of the money for roads, the county’s treasurer said.",
        "Nobody was hurt.",
        "In November, two families hired a fishing boat of their own and sold places on it for 90 crowns. The harbour "
        "office stopped them after three weeks, because the boat had no life rafts.",
        "The yard in Torsholm had first offered to finish before Christmas. A weld failed its test in December, and "
        "again in January, and the yard and the inspectors could not agree on who was to blame.",
        "An arbiter decided in March that both were. “It reads like a judgment on a divorce,” said Henrik Dahl of the "
        "islands’ council.",
        "The ferry will leave Vika at seven, noon and five on weekdays. A second boat is to be bought in 2026, if the "
        "county agrees to it in June.",
    ),
    heading="A winter of rowing boats",
    second_heading="What comes next",
    quote="It reads like a judgment on a divorce",
    bullets=(
        "The ferry carries 120 people and nine cars",
        "A single journey costs 45 crowns, as it did before",
        "Schoolchildren of the outer islands sail for nothing",
    ),
    caption="The ferry at its quay in Vika on Thursday morning",
    posts=(
        (
            "17:42",
            "Last boat of the day is full",
            (
                "The five o'clock boat left Vika with every seat taken and eleven people still waiting on the quay.",
                "The harbour office says it will sail once more at eight.",
            ),
        ),
        (
            "12:10",
            "Treasurer defends the cost",
            (
                "The county's treasurer, Sven Arvidsson, says that the money for roads can bear it.",
                "“Two bridges will be painted a year later than planned,” he told reporters at the town hall.",
            ),
        ),
        (
            "07:05",
            "The ferry has left Vika",
            ("The ferry has left its quay for the first time since May. A brass band played on the pier.",),
        ),
    ),
)

SCHOOL = Story(
    slug="sundal-school-closes",
    headline="Sundal votes to keep its village school for two more years",
    standfirst="Council overrules its own auditors by a single vote",
    authors=("Petra Nyström",),
    place="SUNDAL",
    paragraphs=(
        "The council of Sundal voted on Tuesday night to keep the village school open until the summer of 2026. The "
        "motion passed by 16 votes to 15, after four hours of debate.",
        "Auditors had told the council in February that the school cost 41,000 crowns a pupil, twice as much as the "
        "one in Hammar. It has 38 pupils and five teachers.",
        "“A village without a school is a village without a future,” said Councillor Astrid Moe, who changed her vote "
        "on the day of the meeting. She would not say who had persuaded her.",
        "Parents had collected 900 signatures. They also sent in a plan to rent the gymnasium to clubs in the evening, "
        "which they say would bring in 60,000 crowns a year.",
        "The auditors doubt that. Their report says that the gymnasium needs a new roof before anybody can rent it, "
        "and that the roof would cost more than the rent of ten years.",
        "Head teacher Jonas Lind said that he had cried when he heard the result.",
        "“I had packed my books,” he said.",
        "The council will look at the figures again next spring. If fewer than 30 pupils are left by then, the school "
        "closes without another vote.",
    ),
    heading="Figures in dispute",
    second_heading="Another look in spring",
    quote="A village without a school is a village without a future",
    bullets=(
        "The school was built in 1931 by the families of the mill",
        "It has lost a third of its pupils in ten years",
        "The bus to Hammar takes 35 minutes each way",
    ),
    caption="Parents outside the town hall of Sundal before the vote",
    posts=(
        (
            "23:15",
            "Motion passes by one vote",
            (
                "The motion to keep the school has passed by 16 votes to 15. There is applause in the gallery.",
                "Councillor Astrid Moe has changed sides.",
            ),
        ),
        (
            "21:30",
            "Auditors repeat their doubts",
            ("The chief auditor has told the council that the roof alone would cost more than the rent of ten years.",),
        ),
        (
            "19:00",
            "Debate begins",
            (
                "The debate has begun with a minute of silence for a former head teacher.",
                "Some 80 parents stand in the corridor, because the gallery is full.",
            ),
        ),
    ),
)

DAM = Story(
    slug="brenna-dam-leak",
    headline="Engineers drain Brenna reservoir as dam leaks",
    standfirst="Two hundred households told to pack a bag, none told to leave",
    authors=("Lars Ekdahl", "Hanna Berg"),
    place="BRENNA",
    paragraphs=(
        "Engineers began on Sunday to drain the reservoir above Brenna, after a diver found water running through the "
        "foot of the dam. The level is to fall by six metres within nine days.",
        "Two hundred households below the dam were told to pack a bag. None was told to leave, and the road through "
        "the valley stayed open.",
        "“There is no danger today,” said Karin Sole, chief engineer of the water board. “We are doing this so that "
        "there is none next month.”",
        "The dam was built in 1957 of earth and clay. A survey in 2019 found nothing wrong with it; the water board "
        "has asked why, and has taken the firm that made it off its list.",
        "Farmers further down complain that the water floods their lower fields. Per Aune lost four hectares of early "
        "potatoes overnight. “They rang me an hour after it had come,” he said.",
        "The board promised to pay for what is lost.",
        "Half of the town drinks from the reservoir. Water will come from the wells of Elvra for the summer, and "
        "gardens may not be watered until September.",
        "A new wall of steel is to be driven into the dam from August on. It will take until the spring, and cost "
        "about 75 million crowns.",
    ),
    heading="Potatoes under water",
    second_heading="A wall of steel",
    quote="They rang me an hour after it had come",
    bullets=(
        "Boil water for two minutes if it looks brown",
        "Do not water gardens or wash cars until September",
        "Call the town hall if your cellar is wet",
    ),
    caption="Water leaves the reservoir through the northern gate",
    posts=(
        (
            "18:20",
            "Level falls by forty centimetres",
            ("The level of the reservoir has fallen by forty centimetres since the morning, the water board says.",),
        ),
        (
            "14:55",
            "Farmers count their losses",
            (
                "Fields below the bridge are under water. Per Aune has lost four hectares of early potatoes.",
                "The water board has promised to pay.",
            ),
        ),
        (
            "08:30",
            "Northern gate is open",
            ("Engineers have opened the northern gate. The sound of it can be heard in the town.",),
        ),
    ),
)

STORIES = (FERRY, SCHOOL, DAM)
