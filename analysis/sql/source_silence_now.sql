-- On which days was which source readable or not, by what is known now? As source_silence.sql, of all days.
SELECT site, day, state FROM source_day_now ORDER BY site, day;
