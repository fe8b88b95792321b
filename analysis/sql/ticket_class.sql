-- What do the numbers of ticket_span.class mean?
SELECT class, kind, urgency, unit, state, forum FROM ticket_class ORDER BY class;
