package io.inference.engine.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatTemplateTest {
    @Test
    void textInAMessageNeverRuns() {
        String content = "{{ 7*7 }}{% raise %}{# c #}{{ raise_exception('x') }}";
        assertThat(render("{{ messages[0].content }}", content)).isEqualTo(content);
        assertThat(render("{% set x = messages[0].content %}{{ x }}{{ x|trim ~ x }}", content))
                .isEqualTo(content.repeat(3));
    }

    @Test
    void noJavaObjectIsWithinReach() {
        for (String path : List.of("class", "getClass", "__class__", "bytes", "hashCode", "forEach", "stream")) {
            assertThat(render("{{ messages." + path + " is defined }}{{ messages[0]." + path + " is defined }}", "x"))
                    .isEqualTo("FalseFalse");
        }
    }

    @Test
    void theTemplatesOwnRefusalSurfaces() {
        assertThatThrownBy(() -> render("{{ raise_exception('Roles must alternate') }}", "x"))
                .isInstanceOf(TemplateException.class)
                .hasMessage("Roles must alternate")
                .satisfies(e ->
                        assertThat(((TemplateException) e).isRaisedByTemplate()).isTrue());
    }

    @Test
    void errorsNameTheLine() {
        assertThatThrownBy(() -> ChatTemplate.parse("a\nb\n{% if %}"))
                .isInstanceOf(TemplateException.class)
                .hasMessage("chat template, line 3: an expression expected, but found '%}'");
        assertThatThrownBy(() -> ChatTemplate.parse("{% for m in messages %}\n\n{{ m }}"))
                .hasMessage("chat template, line 3: 'endfor' expected, but found the end of the template");
        assertThatThrownBy(() -> ChatTemplate.parse("\n{% include 'x' %}"))
                .hasMessage("chat template, line 2: unknown statement 'include'");
        assertThatThrownBy(() -> render("a\n{{ messages[0].content + 1 }}", "x"))
                .hasMessage("chat template, line 2: unsupported operand types for +: 'str' and 'int'")
                .satisfies(e ->
                        assertThat(((TemplateException) e).isRaisedByTemplate()).isFalse());
        assertThatThrownBy(() -> render("{% set x = 1 %}\n\n{{ nothing.at.all }}", "x"))
                .hasMessage("chat template, line 3: 'nothing' is undefined");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
                "{% for a in range(99999) %}{% for b in range(999) %}xxxxxxxxxxxxxxxx{% endfor %}{% endfor %}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
                "{{ 'x' * 1000000000 }}",
                "{{ [1] * 1000000000 }}",
                "{{ range(1000000000) }}",
                "{{ ('x' * 10000000)|list|length }}",
                "{% set n = namespace(s='xxxxxxxx') %}{% for i in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
                "{% set n = namespace(s='xxxxxxxx') %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}",
                "{% set n = namespace(l=[1]) %}{% for i in range(99) %}{% set n.l = n.l + n.l %}{% endfor %}",
                "{% set n = namespace(l=[1]) %}{% for i in range(9999) %}{% set n.l = [n.l] %}{% endfor %}{{ n.l }}",
                "{% set n = namespace(l=[1]) %}{% for i in range(9999) %}{% set n.l = [n.l] %}{% endfor %}"
                        + "{{ n.l|tojson }}",
                "{% set n = namespace(l=[1], m=[1]) %}{% for i in range(9999) %}{% set n.l = [n.l] %}"
                        + "{% set n.m = [n.m] %}"
                        + "{% endfor %}{{ n.l == n.m }}",
                "{% set n = namespace(l=['x']) %}{% for i in range(60) %}{% set n.l = [n.l, n.l] %}{% endfor %}"
                        + "{{ n.l|tojson }}",
                "{% set n = namespace(l=['x']) %}{% for i in range(60) %}{% set n.l = [n.l, n.l] %}{% endfor %}"
                        + "{{ n.l }}",
                "{% set n = namespace(l=['x'], m=['x']) %}{% for i in range(60) %}{% set n.l = [n.l, n.l] %}"
                        + "{% set n.m = [n.m, n.m] %}{% endfor %}{{ n.l == n.m }}",
                "{% set s = 'a' * 1000000 %}{{ s.replace('', 'bbbbbbbbbbbbbbbbbbbbbbbbbbb') }}",
                "{% set s = ',' * 9999999 %}{{ s.split(',')|length }}",
                "{{ range(99999)|map('string')|join('x' * 9999) }}",
                "{% set s = 'a\n' * 999999 %}{{ s|indent(1000) }}",
                "{% set s = 'a' * 9999999 %}{% for i in range(99999) %}{% if s is string and s|upper %}{% endif %}"
                        + "{% endfor %}",
                "{% set s = 'a' * 9999999 %}{% for i in range(99999) %}{% if 'ab' in s %}{% endif %}{% endfor %}",
                "{% set s = 'a' * 9999999 %}{% for i in range(99999) %}{% if s.find('b') %}{% endif %}{% endfor %}",
                "{% set s = 'a' * 9999999 %}{% for i in range(99999) %}{% set x = s.strip() == s.lower() %}"
                        + "{% endfor %}",
                "{% set l = range(99999)|list %}{% for i in l %}{% if -1 in l %}{% endif %}{% endfor %}",
                "{% set n = namespace(s='a' * 100000) %}{% for i in range(99999) %}{% set n.s = n.s ~ 'b' %}"
                        + "{% if n.s|length %}{% endif %}{% endfor %}",
                "{% set n = namespace(g=[1]) %}{% for i in range(9999) %}{% set n.g = n.g|map('string') %}{% endfor %}"
                        + "{{ n.g|join }}",
                "{% set d = {} %}{% for x in range(9) recursive %}{{ loop(range(9)) }}{% endfor %}",
                "{% for x in range(99999) recursive %}{{ loop(range(99999)) if loop.depth < 9 }}{% endfor %}",
                "{% macro m() %}{{ caller() }}{{ m() }}{% endmacro %}{% call m() %}x{% endcall %}",
                "{{ '%9999999d' % 1 }}",
                "{{ '{:9999999}'.format(1) }}",
                "{{ 'a'.center(999999999) }}",
                "{{ 'a'.zfill(999999999) }}",
                "{{ ('\t' * 9999999).expandtabs(1000) }}",
                "{{ 'a'|indent(999999999, true) }}",
                "{{ [1]|batch(999999999, 0)|list }}",
                "{{ [1]|slice(999999999)|list }}",
                "{{ range(99999)|map('string')|list|tojson(indent=1000) }}",
                "{{ 2 ** 9999999999 }}",
                "{{ 9999999999 ** 99 }}",
                "{{ -9223372036854775807 - 2 }}"
            })
    void aHostileTemplateIsAClearErrorInTime(String source) {
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThatThrownBy(() -> render(source, "x")).isInstanceOf(TemplateException.class));
    }

    @Test
    void deepNestingIsAClearErrorNotAStackOverflow() {
        int deep = 20_000;
        for (String source : List.of(
                "{{ " + "(".repeat(deep) + "1" + ")".repeat(deep) + " }}",
                "{{ " + "[".repeat(deep) + "]".repeat(deep) + " }}",
                "{{ " + "not ".repeat(deep) + "1 }}",
                "{{ " + "-".repeat(deep) + "1 }}",
                "{{ 1" + " + 1".repeat(deep) + " }}",
                "{{ 1" + " ~ 1".repeat(deep) + " }}",
                "{{ x" + ".x".repeat(deep) + " }}",
                "{{ x" + "|upper".repeat(deep) + " }}",
                "{{ x" + " and x".repeat(deep) + " }}",
                "{{ 1" + " if 1 else 1".repeat(deep) + " }}",
                "{{ messages" + "[0:]".repeat(deep) + " }}",
                "{% if 1 %}".repeat(deep) + "{% endif %}".repeat(deep),
                "{% for x in [1] %}".repeat(deep) + "{% endfor %}".repeat(deep))) {
            assertThatThrownBy(() -> render(source, "x")).isInstanceOf(TemplateException.class);
        }
        Object nested = "x";
        for (int i = 0; i < deep; i++) {
            nested = new ArrayList<>(List.of(nested));
        }
        Map<String, Object> message = Map.of("content", nested);
        assertThatThrownBy(() -> ChatTemplate.parse("x").render(List.of(message), null, true, Map.of()))
                .isInstanceOf(TemplateException.class)
                .hasMessageContaining("nested too deep");
    }

    /** For any source the result is a text or a {@link TemplateException}. */
    @Test
    void mutatedTemplatesEndInTextOrATemplateException() {
        List<String> lexemes = List.of(
                "{{",
                "}}",
                "{%",
                "%}",
                "{%-",
                "-%}",
                "{#",
                "#}",
                " if ",
                " for ",
                " in ",
                " set ",
                " endif ",
                " endfor ",
                " else ",
                " is ",
                " not ",
                "x",
                "messages",
                "content",
                "loop",
                ".",
                "|",
                "(",
                ")",
                "[",
                "]",
                ",",
                ":",
                "=",
                "==",
                "+",
                "-",
                "*",
                "~",
                "'a'",
                "\"b\"",
                "1",
                "2.5",
                "tojson",
                "join",
                "map",
                "sort",
                "defined",
                "\n",
                "namespace",
                "macro ",
                " endmacro ",
                "split",
                "strip",
                "{",
                "}",
                "%",
                "\\",
                "'",
                "é",
                "[::-1]",
                "items()");
        Random random = new Random(23);
        int rendered = 0;
        for (int round = 0; round < 60_000; round++) {
            StringBuilder source = new StringBuilder(random.nextBoolean() ? "{{ messages" : "{% set x = messages[0]");
            for (int i = random.nextInt(12); i > 0; i--) {
                source.append(lexemes.get(random.nextInt(lexemes.size())));
            }
            source.append(random.nextBoolean() ? " }}" : " %}{{ x }}");
            try {
                render(source.toString(), "text");
                rendered++;
            } catch (TemplateException e) {
                assertThat(e.getMessage()).isNotBlank();
            } catch (Throwable e) {
                throw new AssertionError("round " + round + ": " + source, e);
            }
        }
        assertThat(rendered).isGreaterThan(100);
    }

    /** A feature of Jinja that this interpreter does not have is refused by its name, never rendered differently. */
    @ParameterizedTest
    @CsvSource(delimiter = '@', textBlock = """
            {% include 'x' %} @ unknown statement 'include'
            {% import 'x' as y %} @ unknown statement 'import'
            {% from 'x' import y %} @ unknown statement 'from'
            {% extends 'x' %} @ unknown statement 'extends'
            {% block x %}{% endblock %} @ unknown statement 'block'
            {% autoescape true %}{% endautoescape %} @ unknown statement 'autoescape'
            {% do x %} @ unknown statement 'do'
            {{ x|nope }} @ no filter named 'nope'
            {{ [1]|map('nope')|list }} @ no filter named 'nope'
            {{ x is nope }} @ no test named 'nope'
            {{ [1]|select('nope')|list }} @ no test named 'nope'
            {{ x|pprint }} @ the filter 'pprint' is not supported
            {{ [1]|random }} @ the filter 'random' is not supported
            {{ '<b>'|striptags }} @ the filter 'striptags' is not supported
            {{ 'a'|urlize }} @ the filter 'urlize' is not supported
            {{ {}|xmlattr }} @ the filter 'xmlattr' is not supported
            {{ lipsum() }} @ the function 'lipsum' is not supported
            {{ strftime_now('%Q') }} @ '%Q' in strftime_now is not supported
            {{ 'a'.encode() }} @ the method 'encode' of a string is not supported
            {{ 'a'.translate({}) }} @ the method 'translate' of a string is not supported
            {{ 'ß'.casefold() }} @ casefold of letters beyond ASCII is not supported
            {{ 'a'.upper }} @ a function as text is not supported
            {{ [1]|map('string') }} @ a generator as text is not supported
            {{ [1]|reverse }} @ a reversed as text is not supported
            {{ 1 in [1]|map('int') }} @ 'in' of a generator (use the filter 'list' first) is not supported
            {{ cycler(1) }} @ a Cycler as text is not supported
            {{ self }} @ 'self' (the template's blocks) is not supported
            {{ 9223372036854775807 + 1 }} @ arithmetic on integers beyond 64 bits is not supported
            {{ 99999999999999999999 }} @ the number 99999999999999999999 beyond 64 bits is not supported
            {{ (-1) ** 0.5 }} @ a complex number is not supported
            {{ '\\N{DASH}' }} @ the escape \\N in a string is not supported
            {{ ('<'|safe) % 1 }} @ formatting a text that is marked safe is not supported
            {{ ('<'|safe).join('a') }} @ the method 'join' of a text that is marked safe is not supported
            {{ 'abc' is sameas('abc') }} @ the test 'sameas' of two equal texts or numbers is not supported
            {{ {}.keys() == {}.keys() }} @ comparing views of dicts is not supported
            """)
    void whatIsNotSupportedIsRefusedByItsNameAndLine(String source, String refusal) {
        assertThatThrownBy(() -> render("a\n" + source, "x"))
                .isInstanceOf(TemplateException.class)
                .hasMessage("chat template, line 2: " + refusal)
                .satisfies(
                        e -> assertThat(((TemplateException) e).isUnsupported()).isTrue());
    }

    @Test
    void aTemplateThatIsWrongIsNoUnsupportedOne() {
        for (String source : List.of("{{ 'a' + 1 }}", "{% if %}", "{{ nothing.x }}", "{{ raise_exception('x') }}")) {
            assertThatThrownBy(() -> render(source, "x"))
                    .isInstanceOf(TemplateException.class)
                    .satisfies(e -> assertThat(((TemplateException) e).isUnsupported())
                            .as(source)
                            .isFalse());
        }
    }

    @Test
    void aHistoryOf10000MessagesRenders() {
        List<Map<String, String>> messages = history(10_000, 300);
        for (String source : List.of(
                "{% for m in messages %}<|{{ m.role }}|>{{ m.content|trim }}{% endfor %}",
                "{% set n = namespace(o='') %}{% for m in messages %}{% set n.o = n.o ~ m.role + m.content %}"
                        + "{% endfor %}"
                        + "{{ n.o }}",
                "{% set n = namespace(o=[]) %}{% for m in messages %}{% set n.o = n.o + [m.content] %}{% endfor %}"
                        + "{{ n.o|join }}",
                "{% set n = namespace(rest=messages) %}{% for m in messages %}{{ n.rest[0].content }}"
                        + "{% set n.rest = n.rest[1:] %}{% endfor %}",
                "{% for m in messages[::-1] %}{{ m.content }}{% if loop.last or loop.nextitem.role == m.role %}x"
                        + "{% endif %}"
                        + "{% endfor %}",
                "{% for m in messages if m.role == 'user' %}{{ loop.length }}{{ m.content * 2 }}{% endfor %}")) {
            String prompt = assertTimeoutPreemptively(
                    Duration.ofSeconds(20), () -> ChatTemplate.parse(source).render(messages, null, true, Map.of()));
            assertThat(prompt).as(source).hasSizeGreaterThanOrEqualTo(3_000_000);
        }
    }

    @Test
    void eachMessageMayLookAtAllOthersInAHistoryOf1000() {
        List<Map<String, String>> messages = history(1_000, 3_000);
        String source = "{% for m in messages %}{% for n in messages[loop.index:] %}"
                + "{% if n.role == 'user' and '<tool>' in n.content %}x{% endif %}{% endfor %}"
                + "{{ messages|selectattr('role', 'eq', 'user')|list|length }}{% endfor %}";
        assertThat(ChatTemplate.parse(source).render(messages, null, true, Map.of()))
                .isEqualTo("500".repeat(1_000));
    }

    private static List<Map<String, String>> history(int size, int length) {
        List<Map<String, String>> messages = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            messages.add(Map.of("role", i % 2 == 0 ? "user" : "assistant", "content", "w".repeat(length)));
        }
        return messages;
    }

    @Test
    void manyElementsAreComparedByTheirHash() {
        assertThat(render("{{ range(99999)|unique|list|length }}", "x")).isEqualTo("99999");
    }

    @Test
    void numbersOfToolsKeepAllTheirDigits() {
        List<?> tools = List.of(Map.of("maximum", new BigInteger("18446744073709551615")));
        assertThat(ChatTemplate.parse("{{ tools|tojson }}{{ tools[0].maximum }}{{ tools[0].maximum > 5 }}")
                        .render(List.of(), tools, true, Map.of()))
                .isEqualTo("[{\"maximum\": 18446744073709551615}]18446744073709551615True");
    }

    @Test
    void longConversationsFitIntoTheLimits() {
        List<Map<String, String>> messages = new ArrayList<>();
        for (int i = 0; i < 3000; i++) {
            messages.add(
                    new HashMap<>(Map.of("role", i % 2 == 0 ? "user" : "assistant", "content", "word ".repeat(300))));
        }
        String source = "{% for m in messages %}<|{{ m.role }}|>{{ m.content|trim ~ '\n' }}{% endfor %}";
        String prompt = ChatTemplate.parse(source).render(messages, null, true, Map.of());
        assertThat(prompt).hasSizeGreaterThan(4_000_000);
    }

    private static String render(String source, String content) {
        return ChatTemplate.parse(source)
                .render(List.of(Map.of("role", "user", "content", content)), null, true, Map.of());
    }
}
