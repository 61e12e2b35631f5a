%% Runs nodes as its standard input says: a line of Erlang text a command, and a line a result.
%%
%%   {Number, Node, Command}   in
%%   {Number, Result}          out, whenever it is known
%%   {told, Arguments}         out, for a handle that tells
%%
%% The process ends with its input.
-module(peernet_control).
-export([main/0]).

main() ->
    {ok, _} = application:ensure_all_started(crypto),
    peernet_atoms:start(),
    loop(open_port({fd, 0, 1}, [{line, 1 bsl 20}, binary, eof])).

loop(Port) ->
    receive
        {Port, {data, {eol, Line}}} ->
            {Number, Node, Command} = peernet_text:parse(Line),
            Control = self(),
            spawn(fun() -> Control ! {Number, attempt(Command, Node, Control)} end);
        {Port, eof} -> halt(0);
        Told -> port_command(Port, [peernet_text:write(Told), $\n])
    end,
    loop(Port).

attempt(Command, Node, Control) ->
    try
        carry_out(Command, Node, Control)
    catch
        Class:Reason:Trace -> {crashed, {Class, Reason, Trace}}
    end.

carry_out({start, Options}, Node, _) -> peernet_node:start(Node, Options);
carry_out({trust, Key, Label}, Node, _) -> peernet_node:trust(Node, Key, Label);
carry_out({unpair, Key}, Node, _) -> peernet_node:unpair(Node, Key);
carry_out({connect, Key, Port}, Node, _) -> peernet_node:connect(Node, Key, Port);
carry_out({cross, Key, Port}, Node, _) -> peernet_node:cross(Node, Key, Port);
carry_out({expose, Name, Behaviour, Keys}, Node, Control) ->
    peernet_atoms:permit([Name]),
    peernet_node:expose(Node, Name, {case Behaviour of tell -> {tell, Control}; _ -> Behaviour end, Keys});
carry_out({call, Key, Name, Arguments}, Node, _) ->
    peernet_atoms:permit([Name]),
    over(Key, Node, fun(Link) -> peernet_link:call(Link, Name, Arguments) end);
%% Many at once; the results in the order of the calls.
carry_out({calls, Calls}, Node, Control) ->
    Workers = [spawn_monitor(fun() -> exit({done, attempt(Call, Node, Control)}) end) || Call <- Calls],
    [receive {'DOWN', Monitor, process, Worker, {done, Result}} -> Result end || {Worker, Monitor} <- Workers];
carry_out({send, Key, Name, Arguments}, Node, _) ->
    peernet_atoms:permit([Name]),
    over(Key, Node, fun(Link) -> peernet_link:send(Link, Name, Arguments) end);
%% Any term in an envelope's place.
carry_out({raw, Key, Term}, Node, _) ->
    over(Key, Node, fun(Link) -> peernet_link:raw(Link, Term) end);
%% Calls with a binary that makes the frame's body exactly so large. Nobody waits for the answer.
carry_out({call_with_frame, Key, Name, Size}, Node, _) ->
    peernet_atoms:permit([Name]),
    Call = fun(Argument) -> term_to_binary({call, 16#ffffffffffffffff, Name, Argument}) end,
    Zeros = binary:copy(<<0>>, Size - 16 - byte_size(Call(<<>>))),
    true = byte_size(Call(Zeros)) + 16 =:= Size,
    over(Key, Node, fun(Link) -> peernet_link:raw_bytes(Link, Call(Zeros)) end);
%% Has the peer give the term back that this text stands for, and judges whether it is the same.
carry_out({round_trip, Key, Name, Text}, Node, Control) ->
    Term = peernet_text:parse(Text),
    {ok, Answer} = carry_out({call, Key, Name, Term}, Node, Control),
    Answer =:= Term;
carry_out({permit, Atoms}, _, _) -> peernet_atoms:permit(Atoms);
carry_out(atoms, _, _) -> peernet_atoms:report();
carry_out(counts, Node, _) -> peernet_node:counts(Node);
carry_out(release, _, _) -> list_to_binary(erlang:system_info(otp_release)).

%% Over the connection to a peer, if there is one, and it lasts.
over(Key, Node, Act) ->
    case peernet_node:link(Node, Key) of
        {ok, Link} ->
            try Act(Link) catch exit:_ -> {error, not_connected} end;
        error -> {error, not_connected}
    end.
