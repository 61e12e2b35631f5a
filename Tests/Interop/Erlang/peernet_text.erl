%% Terms as the text of Erlang's own syntax.
-module(peernet_text).
-export([parse/1, write/1]).

%% Crashes on what is no term.
-spec parse(binary()) -> term().
parse(Text) ->
    {ok, Tokens, _} = erl_scan:string(unicode:characters_to_list([Text, "."])),
    {ok, Term} = erl_parse:parse_term(Tokens),
    Term.

%% One line, in which binaries and strings are numbers: what is printable in Latin-1 would not be ASCII.
-spec write(term()) -> iodata().
write(Term) -> io_lib:format("~w", [Term]).
