"""The English sentences that the demo speech model learns, as a small grammar.

A rule is a list of alternatives between bars; `{name}` stands for one alternative of another rule.
"""

GRAMMAR: dict[str, str] = {
    "sentence": (
        "{scene}|{scene}|{scene}|{scene}|{people}|{people}|{people}|{question}|{question}|{counting}"
        "|{counting}|{weather}|{talk}|{talk}|{film}|{film}|{linked}|{linked}|{home}|{home}|{trip}"
    ),
    # Animals
    "animal": (
        "cat|dog|horse|bird|cow|sheep|rabbit|fox|duck|elephant|lion|tiger|bear|mouse|frog|pig|hen"
        "|goat|monkey|zebra|giraffe|fish|wolf|cat|dog|horse|bird|cow"
    ),
    "animals": (
        "cats|dogs|horses|birds|cows|sheep|rabbits|foxes|ducks|elephants|lions|tigers|bears|mice"
        "|frogs|pigs|hens|goats|monkeys|zebras|giraffes|fish|wolves|cats|dogs|horses|birds|cows"
    ),
    "the": "the|the|the|the|my|our|your|this|that|his|her|one|another",
    "adjective": (
        "big|small|little|old|young|black|white|brown|grey|red|happy|hungry|tired|quiet|fast|slow"
        "|beautiful|strange|friendly|lovely"
    ),
    "colour": "black|white|brown|grey|red|green|blue|yellow|orange",
    "one_animal": "{the} {animal}|{the} {adjective} {animal}|a {adjective} {animal}",
    "does": (
        "sleeps|runs|eats|jumps|sits|waits|plays|walks|drinks water|looks at the camera|is sleeping"
        "|is eating|is running|is waiting|is drinking|is playing with the {animal}|looks for food"
        "|likes the sun|sees {one_animal}|follows {one_animal}|sits next to {one_animal}|comes back"
        "|lives here|goes to sleep|is looking at us|stands still"
    ),
    "do": (
        "sleep|run|eat|jump|wait|play|walk|drink water|look at the camera|are sleeping|are eating"
        "|are running|like the sun|live here|come back|are looking at us|play together|stand still"
    ),
    "place": (
        "in the garden|on the grass|under the tree|near the river|behind the house|in the field"
        "|by the lake|in the forest|at the farm|on the road|in the kitchen|next to the door|at the zoo"
        "|on the bridge|in the city|near the sea|at school|at the station|in front of the house"
        "|on the table|in the snow|in the park|in the picture|on the left|on the right"
    ),
    "time": (
        "this morning|today|tomorrow|every day|in the evening|at night|on {day}|in {month}|now|again"
        "|after lunch|before dinner|all day|for a long time|very early|in the afternoon|every {day}"
    ),
    "day": "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
    "month": ("January|February|March|April|May|June|July|August|September|October|November|December"),
    "scene": (
        "{one_animal} {does} {place}.|{one_animal} {does}.|{one_animal} {does} {place} {time}."
        "|{one_animal} {does} {time}.|the {animals} {do} {place}.|the {adjective} {animals} {do} {time}."
        "|here is {one_animal}.|here comes {one_animal}.|there is {one_animal} {place}."
        "|{one_animal} and {one_animal} {do} {place}.|{time}, {one_animal} {does} {place}."
        "|look, {one_animal} {does} {place}.|now we see {one_animal} {place}.|I can see {one_animal}."
        "|{the} {animal} is {adjective}.|{the} {animal} is {adjective} and {adjective}."
    ),
    # People
    "person": (
        "Anna|Peter|Maria|Tom|Lucy|Jack|Emma|my brother|my sister|the teacher|the doctor"
        "|our neighbour|my mother|my father|a friend|the farmer|the little girl|the little boy|she|he"
    ),
    "thing": (
        "book|bread|apple|milk|letter|ball|car|bicycle|boat|train|bus|flower|stone|hat|chair|picture"
        "|camera|phone|computer|key|window|house|cup|bag|coat|shoe|song|story"
    ),
    "acts": (
        "reads {the} {thing}|buys {the} {thing}|loses {the} {thing}|finds {the} {thing}"
        "|opens {the} {thing}|likes {the} {adjective} {thing}|brings {the} {thing}|needs {the} {thing}"
        "|takes a picture of {one_animal}|feeds the {animals}|calls {the} {animal}|works {place}"
        "|wants to see the {animals}|has {number} {animals}|goes home|learns to swim|speaks slowly"
        "|sings a song|tells a story about {one_animal}|has a {colour} {thing}|knows the answer"
    ),
    "people": (
        "{person} {acts}.|{person} {acts} {time}.|{person} and {person} are {place}."
        "|{time}, {person} {acts}.|{person} lives {place}.|we meet {person} {place} {time}."
        "|{person} says that {one_animal} {does}.|I think {person} is {place}."
    ),
    # Numbers
    "number": (
        "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
        "|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
        "|one hundred|two|three|four|five"
    ),
    "things": "books|apples|letters|balls|cars|boats|trains|flowers|stones|hats|chairs|pictures|keys",
    "counting": (
        "there are {number} {animals} {place}.|I can see {number} {animals}.|{number} {animals} {do}."
        "|we have {number} {things} and {number} {things}.|{number} and {number}, that is all."
        "|the train leaves in {number} minutes.|it is {number} o'clock.|{person} is {number} years old."
        "|I counted {number} {animals} and {number} {animals}.|one, two, three, {number}."
        "|the first number is {number}.|page {number}, please.|it costs {number} dollars."
    ),
    # Weather, talk, film
    "sky": "sunny|cold|warm|hot|windy|cloudy|dry|dark|nice|wet",
    "weather": (
        "it is {sky} {time}.|the weather is {sky} and {sky}.|it rains {time}.|the sky is {colour}."
        "|the sun shines {place}.|the wind is cold {time}.|there is snow {place}."
        "|it is {sky}, but the {animals} are happy."
    ),
    "talk": (
        "hello, my name is {name}.|good morning, {name}.|good evening, and thank you."
        "|thank you very much.|thank you for watching.|see you {when}.|goodbye, and see you {when}."
        "|yes, I think so.|no, not {when}.|please wait {place}.|please come in, {name}."
        "|I am very {adjective} {time}.|excuse me, {name}.|good night, {name}.|of course, {name}."
        "|that is all for {when}.|have a nice day.|nice to meet you, {name}."
    ),
    "name": "Anna|Peter|Maria|Tom|Lucy|Jack|Emma|my friend|everyone",
    "when": "today|tomorrow|tonight|soon|next week|next time|on {day}|in {month}|later|now",
    "film": (
        "welcome to our {adjective} {film_kind}.|hello, and welcome to our {film_kind}."
        "|hello, and welcome to our {adjective} {film_kind}."
        "|this is a {adjective} {film_kind} about {topic}.|in this {film_kind}, we talk about {topic}."
        "|the {film_kind} is about {topic}.|today we talk about {topic}.|let us look at {one_animal}."
        "|first, we see {one_animal} {place}.|then we see {one_animal} {place}."
        "|at the end, we see {one_animal}.|the next {film_kind} starts {when}."
        "|this is the end of the {film_kind}.|the camera follows {one_animal} {place}."
        "|in the next picture, {one_animal} {does}."
    ),
    "film_kind": "film|video|story|programme|test",
    "topic": (
        "animals|the {animals}|the {animals} and the {animals}|the weather|life {place}|{one_animal}"
        "|a {adjective} {animal} and its friends"
    ),
    "question": (
        "where is {one_animal}?|what does {the} {animal} eat?|is {one_animal} {place}?|who is {place}?"
        "|do you like the {animals}?|can you see {one_animal}?|how many {animals} are {place}?"
        "|why is {the} {animal} {adjective}?|when does {person} come back?|what is {place}?"
        "|do you have a {colour} {thing}?|are you {adjective}?|how are you {when}?|is it {sky} {time}?"
        "|can you help me, {name}?|where are the {animals}?"
    ),
    "linked": (
        "{one_animal} {does}, and {one_animal} {does}.|{one_animal} {does}, but {one_animal} {does}."
        "|when {one_animal} {does}, {one_animal} {does}.|{one_animal} {does} because it is {adjective}."
        "|if it is {sky}, {person} stays {place}.|{person} {acts}, and {person} {acts}."
        "|{one_animal} is {adjective}, but {one_animal} is {adjective}."
    ),
    "food": "bread|milk|fish|soup|cheese|rice|coffee|tea|water|fruit|cake|meat",
    "home": (
        "we eat {food} and {food} {time}.|{person} drinks {food} {place}.|would you like some {food}?"
        "|the {thing} is {place}.|the {colour} {thing} is {adjective}.|where is the {food}?"
        "|I need {the} {thing} {time}.|please open the window, {name}.|{person} makes {food} {time}."
        "|put the {thing} {place}, please.|the door is open {time}.|there is {food} {place}."
    ),
    "trip": (
        "we take the {vehicle} {time}.|the {vehicle} is late {time}.|{person} goes to {city} by {vehicle}."
        "|the road to {city} is long.|we stay in {city} for {number} days.|where is the {vehicle}?"
        "|{city} is a {adjective} city.|{person} comes from {city}."
    ),
    "vehicle": "train|bus|boat|car|plane|bicycle",
    "city": "London|Paris|Madrid|New York|Berlin|Rome",
}
