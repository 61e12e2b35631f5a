%% Holds every atom that arrives against those that a peer of another kind may send. It reads the raw bytes, before
%% anything is decoded: what `binary_to_term` would refuse, or quietly know already, is seen all the same.
-module(peernet_atoms).
-export([start/0, permit/1, check/1, report/0]).

-define(TABLE, ?MODULE).

%% All that a peer may originate.
-define(WORDS, [ok, error, true, false, nil, undefined, call, reply, send, ping, pong, no_such_handle, forbidden,
                handler_crash, unknown_beam_dist_op]).

start() ->
    ?TABLE = ets:new(?TABLE, [named_table, public]),
    true = ets:insert(?TABLE, {checked, 0}),
    permit(?WORDS).

%% Further atoms: names of handles that were used here, and what an application is known to pass on.
permit(Atoms) ->
    true = ets:insert(?TABLE, [{{permitted, atom_to_binary(Atom)}} || Atom <- Atoms]),
    ok.

%% Notes what the bytes of an envelope hold and should not.
check(Bytes) ->
    ets:update_counter(?TABLE, checked, 1),
    try
        <<131, Term/binary>> = Bytes,
        {Atoms, <<>>} = walk(Term, 1, []),
        [note(Atom) || Atom <- Atoms, not ets:member(?TABLE, {permitted, Atom})]
    catch
        error:_ -> note({not_a_term, Bytes})
    end,
    ok.

%% How many envelopes were looked at, and what was wrong with them.
report() ->
    [{checked, Count}] = ets:lookup(?TABLE, checked),
    #{checked => Count, violations => [What || [What] <- ets:match(?TABLE, {{violation, '$1'}})]}.

note(What) -> ets:insert(?TABLE, {{violation, What}}).

%% Goes over `Count` terms and collects the names of the atoms in them.
walk(Rest, 0, Atoms) -> {Atoms, Rest};
walk(Bytes, Count, Atoms) ->
    case Bytes of
        <<100, Size:16, Name:Size/binary, Rest/binary>> -> walk(Rest, Count - 1, [from_latin1(Name) | Atoms]);
        <<115, Size:8, Name:Size/binary, Rest/binary>> -> walk(Rest, Count - 1, [from_latin1(Name) | Atoms]);
        <<118, Size:16, Name:Size/binary, Rest/binary>> -> walk(Rest, Count - 1, [Name | Atoms]);
        <<119, Size:8, Name:Size/binary, Rest/binary>> -> walk(Rest, Count - 1, [Name | Atoms]);
        <<97, _:1/binary, Rest/binary>> -> walk(Rest, Count - 1, Atoms);
        <<98, _:4/binary, Rest/binary>> -> walk(Rest, Count - 1, Atoms);
        <<70, _:8/binary, Rest/binary>> -> walk(Rest, Count - 1, Atoms);
        <<110, Size:8, _, _:Size/binary, Rest/binary>> -> walk(Rest, Count - 1, Atoms);
        <<111, Size:32, _, _:Size/binary, Rest/binary>> -> walk(Rest, Count - 1, Atoms);
        <<107, Size:16, _:Size/binary, Rest/binary>> -> walk(Rest, Count - 1, Atoms);
        <<109, Size:32, _:Size/binary, Rest/binary>> -> walk(Rest, Count - 1, Atoms);
        <<77, Size:32, _Bits, _:Size/binary, Rest/binary>> -> walk(Rest, Count - 1, Atoms);
        <<106, Rest/binary>> -> walk(Rest, Count - 1, Atoms);
        <<104, Size:8, Rest/binary>> -> walk(Rest, Count - 1 + Size, Atoms);
        <<105, Size:32, Rest/binary>> -> walk(Rest, Count - 1 + Size, Atoms);
        <<108, Size:32, Rest/binary>> -> walk(Rest, Count - 1 + Size + 1, Atoms);
        <<116, Size:32, Rest/binary>> -> walk(Rest, Count - 1 + 2 * Size, Atoms)
    end.

from_latin1(Name) -> unicode:characters_to_binary(Name, latin1).
