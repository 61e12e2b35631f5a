%% Noise XX as PeerNet/1 has it: three pure steps a side.
%%
%% Two departures from the Noise specification: the transcript starts as the bare name, without a prologue, and M1's
%% empty payload is not mixed into it.
-module(peernet_noise).
-export([generate/0, initiate/1, finish/2, respond/2, complete/2, seal/2, open/2]).
-export_type([keys/0, cipher/0]).

-type keys() :: {Public :: binary(), Private :: binary()}.
%% A key and the number of messages it has sealed or opened.
-opaque cipher() :: {binary(), non_neg_integer()}.

-record(state, {chain, hash, cipher, static, ephemeral, remote}).

-define(NAME, <<"Noise_XX_25519_ChaChaPoly_SHA256">>).

-spec generate() -> keys().
generate() -> crypto:generate_key(ecdh, x25519).

%% -> e
initiate(Static) ->
    State = begin_with(Static),
    {public(State#state.ephemeral), mix_hash(public(State#state.ephemeral), State)}.

%% <- e, ee, s, es; then -> s, se. Gives the responder's key, M3 and the two ciphers.
finish(<<Remote:32/binary, Sealed:48/binary, Empty:16/binary>>, State) ->
    AfterE = mix_hash(Remote, State),
    AfterEE = mix_key(AfterE#state.ephemeral, Remote, AfterE),
    {RemoteStatic, AfterS} = open_and_hash(Sealed, AfterEE),
    AfterES = mix_key(AfterS#state.ephemeral, RemoteStatic, AfterS),
    {<<>>, Proved} = open_and_hash(Empty, AfterES),
    {S, WithS} = seal_and_hash(public(Proved#state.static), Proved),
    {Payload, Last} = seal_and_hash(<<>>, mix_key(WithS#state.static, Remote, WithS)),
    {Sending, Receiving} = split(Last),
    {RemoteStatic, <<S/binary, Payload/binary>>, Sending, Receiving}.

%% -> e; then <- e, ee, s, es. Gives M2.
respond(<<Remote:32/binary>>, Static) ->
    State = begin_with(Static),
    E = public(State#state.ephemeral),
    AfterE = mix_hash(E, mix_hash(Remote, State)),
    {S, AfterS} = seal_and_hash(public(Static), mix_key(AfterE#state.ephemeral, Remote, AfterE)),
    {Payload, Last} = seal_and_hash(<<>>, mix_key(Static, Remote, AfterS)),
    {<<E/binary, S/binary, Payload/binary>>, Last}.

%% -> s, se. Gives the initiator's key and the two ciphers.
complete(<<Sealed:48/binary, Empty:16/binary>>, State) ->
    {Remote, AfterS} = open_and_hash(Sealed, State),
    {<<>>, Last} = open_and_hash(Empty, mix_key(AfterS#state.ephemeral, Remote, AfterS)),
    {Receiving, Sending} = split(Last),
    {Remote, Sending, Receiving}.

-spec seal(binary(), cipher()) -> {binary(), cipher()}.
seal(Plain, Cipher) -> seal(Plain, <<>>, Cipher).

%% Crashes on a forgery.
-spec open(binary(), cipher()) -> {binary(), cipher()}.
open(Sealed, Cipher) -> open(Sealed, <<>>, Cipher).

%% Symmetric state

begin_with(Static) ->
    #state{chain = ?NAME, hash = ?NAME, static = Static, ephemeral = generate()}.

public({Public, _}) -> Public.

mix_hash(Data, State) ->
    State#state{hash = crypto:hash(sha256, [State#state.hash, Data])}.

mix_key({_, Private}, Public, State) ->
    Shared = crypto:compute_key(ecdh, Public, Private, x25519),
    {Chain, Key} = hkdf(State#state.chain, Shared),
    State#state{chain = Chain, cipher = {Key, 0}}.

seal_and_hash(Plain, State) ->
    {Sealed, Cipher} = seal(Plain, State#state.hash, State#state.cipher),
    {Sealed, mix_hash(Sealed, State#state{cipher = Cipher})}.

open_and_hash(Sealed, State) ->
    {Plain, Cipher} = open(Sealed, State#state.hash, State#state.cipher),
    {Plain, mix_hash(Sealed, State#state{cipher = Cipher})}.

%% The initiator's cipher for sending first.
split(State) ->
    {First, Second} = hkdf(State#state.chain, <<>>),
    {{First, 0}, {Second, 0}}.

hkdf(Chain, Material) ->
    Secret = hmac(Chain, Material),
    First = hmac(Secret, <<1>>),
    {First, hmac(Secret, <<First/binary, 2>>)}.

hmac(Key, Data) -> crypto:mac(hmac, sha256, Key, Data).

seal(Plain, Data, {Key, Count}) ->
    {Sealed, Tag} = crypto:crypto_one_time_aead(chacha20_poly1305, Key, nonce(Count), Plain, Data, true),
    {<<Sealed/binary, Tag/binary>>, {Key, Count + 1}}.

open(Message, Data, {Key, Count}) ->
    Size = byte_size(Message) - 16,
    <<Sealed:Size/binary, Tag:16/binary>> = Message,
    Plain = crypto:crypto_one_time_aead(chacha20_poly1305, Key, nonce(Count), Sealed, Data, Tag, false),
    true = is_binary(Plain),
    {Plain, {Key, Count + 1}}.

nonce(Count) -> <<0:32, Count:64/little>>.
