-- On which days from $start to $end (dates) was which source not readable, by what is known now? As source_silence.sql.
SELECT site, day, state, is_dated FROM source_day_now WHERE day BETWEEN $start AND $end ORDER BY site, day;
