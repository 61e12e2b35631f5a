%% What a node's application answers to its peers. Nothing is reachable that was not exposed.
-module(peernet_handles).
-export([answer/4]).

%% A handle's behaviour, and the keys that may use it: all of them, or those of a list.
-type handle() :: {behaviour(), all | [binary()]}.
-type behaviour() :: echo                          % gives the arguments back
                   | size                          % of the argument, a binary
                   | {zeros, Count :: non_neg_integer()}
                   | sleep                         % for as many milliseconds as the argument says, and gives it back
                   | crash
                   | {fail, Reason :: term()}
                   | {tell, pid()}                 % passes name and arguments on
                   | judge                         % whether {Text, Term} are the same value, as this runtime reads both
                   | admin.                        % {rpc | cast, Module, Function, Arguments}

-spec answer(#{atom() => handle()}, Caller :: binary(), Name :: atom(), Arguments :: term()) ->
          {ok, term()} | {error, term()}.
answer(Handles, Caller, Name, Arguments) ->
    case Handles of
        #{Name := {Behaviour, all}} -> run(Behaviour, Arguments);
        #{Name := {Behaviour, Keys}} ->
            case lists:member(Caller, Keys) of
                true -> run(Behaviour, Arguments);
                false -> {error, forbidden}
            end;
        #{} -> {error, no_such_handle}
    end.

run(Behaviour, Arguments) ->
    try
        behave(Behaviour, Arguments)
    catch
        Class:Reason -> {error, {handler_crash, {Class, Reason}}}
    end.

behave(echo, Arguments) -> {ok, Arguments};
behave(size, Argument) -> {ok, byte_size(Argument)};
behave({zeros, Count}, _) -> {ok, binary:copy(<<0>>, Count)};
behave(sleep, Time) ->
    timer:sleep(Time),
    {ok, Time};
behave(crash, Arguments) -> error({crashed, Arguments});
behave({fail, Reason}, _) -> {error, Reason};
behave({tell, Process}, Arguments) ->
    Process ! {told, Arguments},
    {ok, ok};
behave(judge, {Text, Term}) -> {ok, peernet_text:parse(Text) =:= Term};
behave(admin, {Verb, Module, Function, Arguments}) when
      (Verb =:= rpc orelse Verb =:= cast), is_atom(Module), is_atom(Function), is_list(Arguments) ->
    {ok, {Module, Function, Arguments}};
behave(admin, _) -> {error, unknown_beam_dist_op}.
