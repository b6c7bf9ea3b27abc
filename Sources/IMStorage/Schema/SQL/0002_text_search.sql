-- Substring search that does not depend on word breaks, which Chinese does not have, nor on the database's locale.
--
-- A text is indexed by its pairs of neighbouring characters; the last one of a word, which has no right neighbour,
-- stands alone, so that one character is found as the beginning of a pair. Both functions expect text that the server
-- has folded (case, white space). A match is a candidate only: the query also compares with LIKE.

CREATE FUNCTION search_grams(folded text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (
        SELECT array_to_tsvector(coalesce(array_agg(a || CASE WHEN b IS NULL OR b = ' ' THEN '' ELSE b END), '{}'))
        FROM (SELECT string_to_array(left(folded, 10000), NULL) AS c) AS text,
            unnest(text.c, text.c[2:]) AS pair (a, b)
        WHERE a <> ' '
    );
COMMENT ON FUNCTION search_grams IS 'pairs of neighbouring characters of the first 10,000 characters of a folded text';

CREATE FUNCTION search_gram_query(folded text) RETURNS tsquery
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (
        SELECT string_agg(
            '''' || replace(replace(a || coalesce(b, ''), '\', '\\'), '''', '''''') || ''''
                || CASE WHEN b IS NULL THEN ':*' ELSE '' END,
            ' & ')::tsquery
        FROM (SELECT string_to_array(word, NULL) AS c FROM unnest(string_to_array(left(folded, 100), ' ')) AS word)
                AS words,
            unnest(words.c, words.c[2:]) WITH ORDINALITY AS pair (a, b, place)
        WHERE b IS NOT NULL OR place = 1
    );
COMMENT ON FUNCTION search_gram_query IS
    'what the grams of every text that holds this one match; NULL when it has no characters but spaces';
