"""What is asked of the owner's article, in several wordings each, and what of it an answer must quote.

Each row is (the question, what the first statement must hold). Of alternatives, ``|`` between them, one is enough; an
empty string asks for a declined answer.
"""

ASKED: list[tuple[str, str]] = [
    # the length of the frontier
    ("How long is the Durand Line?", "2,600-kilometer (1,615-mile)"),
    ("What is the length of the Pakistan-Afghanistan border?", "2,600-kilometer"),
    ("How many kilometres long is the frontier between Pakistan and Afghanistan?", "2,600-kilometer"),
    ("How many miles does the border stretch?", "1,615-mile"),
    ("For how many kilometres does the Durand Line run?", "2,600-kilometer"),
    ("durand line length", "2,600-kilometer"),
    # its name
    ("What is the border between the two countries called?", "Durand Line"),
    ("What is the name of the frontier?", "Durand Line"),
    ("By what name is the frontier commonly known?", "Durand Line"),
    ("What do people commonly call the 2,600-kilometre frontier?", "Durand Line"),
    ("What is the Durand Line?", "frontier"),
    # how many places
    ("In how many places did fighting take place?", "more than six"),
    ("How many locations did the firefights occur at?", "more than six"),
    ("At how many spots along the border did clashes happen?", "more than six"),
    ("How many sites saw firefights?", "more than six"),
    ("How many different places saw fighting?", "more than six"),
    ("At how many points was there fighting?", "more than six"),
    # when
    ("When did the fighting begin?", "late Saturday"),
    ("When did the gunfire erupt?", "late Saturday"),
    ("On which day did the heavy gunfire erupt?", "Saturday"),
    ("What day did the clashes start?", "Saturday"),
    # who speaks for the ministry
    ("Who speaks for Afghanistan's defence ministry?", "Enayatullah Khowarazmi"),
    ("Who is the spokesman of the Afghan Ministry of Defense?", "Enayatullah Khowarazmi"),
    ("Who is the spokesperson for Afghanistan's defense ministry?", "Enayatullah Khowarazmi"),
    ("who speaks for the afghan ministry of defense", "Enayatullah Khowarazmi"),
    ("Who is Enayatullah Khowarazmi?", "spokesperson"),
    ("Who spoke for the Ministry of Defence of Afghanistan?", "Enayatullah Khowarazmi"),
    # how many outposts
    ("How many outposts does the Taliban claim to have captured?", "at least three"),
    ("How many Pakistani outposts did the Taliban seize?", "at least three"),
    ("How many posts did Taliban officials say they captured?", "at least three"),
    ("How many border outposts have the Taliban captured?", "at least three"),
    # whom the airstrike targeted
    ("Whom did the airstrike target?", "top commander"),
    ("Who was the target of the airstrike in Kabul?", "top commander"),
    ("Who was in the vehicle that was hit in Kabul?", "top commander"),
    ("Which militant group's commander was the target of the Kabul airstrike?", "TTP"),
    # whether he was killed
    ("Was the commander killed?", "unclear"),
    ("Is the militant leader dead?", "unclear"),
    ("Was the TTP leader killed in the strike?", "unclear"),
    ("Did the airstrike kill the militant leader?", "unclear"),
    ("Did the top commander die?", "unclear"),
    # who visited India
    ("Who visited India?", "acting foreign minister"),
    ("WHO VISITED INDIA?", "acting foreign minister"),
    ("Who went to New Delhi?", "acting foreign minister"),
    ("Who visited New Delhi just before the fighting?", "acting foreign minister"),
    ("Which minister visited India?", "acting foreign minister"),
    # other facts
    ("When did the operation conclude?", "confirmed|midnight"),
    ("Who is Faisal Khan?", "South Asia analyst"),
    ("Where is Faisal Khan based?", "Islamabad"),
    ("Who is Ahmad Rashid?", "veteran journalist"),
    ("What did Ahmad Rashid say?", "restraint"),
    ("What does TTP stand for?", "Tehrik-i-Taliban Pakistan"),
    ("Did the Afghan government deny the claims?", "denied|rejected"),
    ("Who told Reuters about the airstrike?", "intelligence source"),
    ("What did India say about supporting militants?", "denied"),
    # not in the article
    ("How many soldiers were killed?", ""),
    ("How many troops died?", ""),
    ("What was the number of soldiers killed in the clashes?", ""),
    ("How many civilians died?", ""),
    ("How many Taliban fighters were killed?", ""),
    ("How many people were injured in the clashes?", ""),
    ("Who is Pakistan's prime minister?", ""),
    ("Who is the prime minister of Pakistan?", ""),
    ("What is the name of Pakistan's prime minister?", ""),
    ("Who is the prime minister of India?", ""),
    ("Who is the president of Afghanistan?", ""),
    ("What did the United Nations say?", ""),
    ("How did the United Nations respond?", ""),
    ("What did the UN say about the clashes?", ""),
    ("Did the United Nations condemn the attacks?", ""),
    ("What is the GDP of Pakistan?", ""),
    ("the GDP of Pakistan", ""),
    ("How large is Pakistan's economy?", ""),
    ("What is the population of Pakistan?", ""),
    # not the article's own words
    ('What is in "Tags"?', ""),
    ("What is in Tags?", ""),
    ("What are the tags?", ""),
    ("How many comments are there?", ""),
    ("Who wrote this article?", ""),
    # not of this world of news at all
    ("What is the capital of France?", ""),
    ("Who won the 2022 World Cup?", ""),
    ("What did Donald Trump say about the border?", ""),
    ("Who is the president of the United States?", ""),
    # ten more
    ("How did Pakistani troops respond?", "with full force"),
    ("Did Pakistan confirm using artillery?", "artillery"),
    ("who says Islamabad sees the outreach as a threat?", "Faisal Khan"),
    ("When was the airstrike in Kabul?", "earlier this week"),
    ("Why did the Taliban attack Pakistani positions?", "after|response|retaliatory"),
    ("Is the border calm now?", ""),
    ("How long is the Great Wall?", ""),
    ("How many tanks were destroyed?", ""),
    ("What did China say about the fighting?", ""),
    ("Who is Amir Khan Muttaqi?", ""),
]
