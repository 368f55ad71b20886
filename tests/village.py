"""Two weeks of invented news of a valley, from three outlets: one story in three copies, days without any."""

from __future__ import annotations

from datetime import date

from factories import json_lines

ASKED_ON = date(2024, 6, 13)
"""A Thursday."""

MILL_FIRE = (
    "A fire destroyed the old paper mill of Tarn on Tuesday night, and nobody was hurt, the fire brigade said. "
    "The flames were seen as far away as Norby, fourteen kilometres down the valley.\n\n"
    "The mill had stood empty since 1998. Its owner, Olof Brandt, wanted to turn the paper mill into a museum. "
    "Forty firefighters worked until noon to keep the fire from the sawmill beside it.\n\n"
    "“We heard a bang, and then the roof was gone,” said Signe Aune, who lives across the river. "
    "She has photographed the mill every morning for eleven years. "
    "Tickets for the summer fair can be had at the town hall.\n\n"
    "Police are looking into the cause of the fire at the mill. An electrician had worked there on Monday, "
    "Inspector Karin Velde said. The council of Tarn will discuss what becomes of the ruin on 20 June.\n"
)

_ROWS = (
    ("Old paper mill burns in Tarn", "Tarn Gazette", "2024-06-12", MILL_FIRE),
    ("Fire destroys paper mill", "Valley Post", "2024-06-12", MILL_FIRE),
    ("Tarn loses its paper mill to a fire", "Norby Herald", "2024-06-13", MILL_FIRE),
    (
        "Harbour of Lund reopens after storm",
        "Norby Herald",
        "2024-06-10",
        "The harbour of Lund reopened on Monday after divers cleared eleven sunken boats from its entrance. "
        "Mayor Alma Reyes said the work had cost 2.4 million crowns.\n\n"
        "“We feared that the winter catch was lost,” Reyes said. “Now the first trawlers are out again.”\n",
    ),
    (
        "Village school to teach in two languages",
        "Valley Post",
        "2024-06-05",
        "The village school of Ostra will teach mathematics in two languages from August on. "
        "Parents voted for the plan by 61 to 14.\n\n"
        "Head teacher Mina Karlsson called the vote a surprise. Four new teachers will be hired.\n",
    ),
    (
        "Wolverhampton choir visits Sundal",
        "Valley Post",
        "2024-05-31",
        "A choir from Wolverhampton sang in the church of Sundal on Friday. Conductor Beatrix Ollerenshaw thanked "
        "the parish for three days of hospitality.\n\nThe choir will sing in Norby on its way home.\n",
    ),
    (
        "Bridge of Brenna closed for repairs",
        "Tarn Gazette",
        "2024-05-30",
        "The bridge of Brenna is closed until October because an inspector found cracks in two of its pillars. "
        "Drivers must take the ferry, which runs every half hour.\n\nThe repairs cost 13 million crowns.\n",
    ),
)


def village_news() -> str:
    """The articles, as the lines of one file."""
    return json_lines(*[{"title": t, "outlet": o, "date": d, "text": x} for t, o, d, x in _ROWS])
