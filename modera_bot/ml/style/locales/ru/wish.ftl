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

why-missed = больше нужно нужен нужна хочу добавь добавьте мало хватает
why-colours = цвет
why-too-bold = ярк смел кричащ броск
why-too-plain = скучн прост блёкл блекл пресн
why-not-me = стил вкус моё мое
why-price = дорог цена цены цене ценник стоит бюджет
