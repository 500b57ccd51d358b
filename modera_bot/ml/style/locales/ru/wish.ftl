### Beginnings of words in a wish that the rules understand, and words that refuse what follows.

wish-without = без не ни кроме никакого никаких
wish-black = чёрн черн
wish-white = бел молочн
wish-grey = сер
wish-beige = беж песочн
wish-brown = коричнев шоколад
wish-red = красн бордов
wish-pink = розов
wish-orange = оранж коралл
wish-yellow = жёлт желт горчич
wish-green = зелён зелен оливк изумруд
wish-blue = син голуб бирюз
wish-purple = фиолет сирен лилов лаванд
wish-everyday = повседнев выходн
wish-work = работ офис делов собеседован
wish-evening = вечер праздн свадьб свидан театр ужин
wish-travel = поездк путешеств отпуск дорог
wish-classic = классич элегант
wish-minimal = минимал прост
wish-casual = удобн комфорт
wish-romantic = романт женствен нежн
wish-sporty = спорт
wish-bold = ярк смел

### What is said against an advice.

why-missed = нет. ничего больше побольше нуж надо. хоч хоте дайте дава добав мало не_хвата не_хвати не_доста недоста любл обожа нрав понрав предпоч ярч поярч смелее посмелее прощ попрощ спокойнее поспокойнее
why-missed-last = нет. мало не_хвата не_хвати не_доста недоста нрав понрав
why-enough = недостаточно маловато
why-unwanted = меньше поменьше слишком чересчур без. кроме надоел лишн но.
why-not-so = не_так не_стол не_наст
why-denied = не
why-colours = цвет
why-too-bold = ярк ярч поярч смел посмел кричащ броск
why-too-plain = скучн прост прощ попрощ блёкл блекл пресн спокойн поспокойн
why-not-me = стил вкус моё мое
why-price = дорог цена цены цене ценник стоит бюджет
